import { AppError, type Clock } from '../platform'
import type { Appender } from './appender'
import type { DiskGuard } from './disk-guard'
import { GatewayTrace } from './gateway-trace'
import { maxBodyBytes } from './limits'
import type { LogEvent, Rejection, RejectionCode } from './log-event'
import { appendOrKeep, type Quarantine } from './quarantine'
import { RecentIdentities } from './recent-identities'
import { readRequest } from './request-events'
import { schemaProblem, type SchemasInForce } from './schemas-in-force'

export interface RejectedEvent {
  /** Place in the batch, number of the line, 0 for a single event. */
  index: number
  id: string | null
  code: RejectionCode
  message: string
}

export interface IngestResult {
  /** Events that are new and in the log, or kept in quarantine. */
  accepted: number
  /** Of the accepted ones, those kept aside because their producer is in quarantine; absent: none. */
  quarantined?: number
  /** Events whose identity the log was given lately, by this request or an earlier one: not appended again. */
  duplicates: number
  rejected: RejectedEvent[]
}

export interface Gateway {
  /** Resolves once the log has every accepted event. */
  ingest(
    contentType: string,
    headers: Readonly<Record<string, string | undefined>>,
    body: Buffer,
  ): Promise<IngestResult>
}

interface GatewayOptions {
  appender: Appender
  registry: SchemasInForce
  clock: Clock
  /** Absent: no producer is ever kept aside. */
  quarantine?: Quarantine
  /** Absent: room is not looked at. */
  disks?: Pick<DiskGuard, 'check'>
  /** An event was refused; its type where it could be read. */
  onRejected?: (type: string | null) => void
}

type Taken = Pick<IngestResult, 'accepted' | 'duplicates'> & { quarantined: number }

export function openGateway(options: GatewayOptions): Gateway {
  const { appender, registry, clock, quarantine, disks, onRejected } = options
  const recent = new RecentIdentities({ clock })

  /** What is on its way for another request is a duplicate once the log has it, and to be sent if it failed. */
  async function append(events: readonly LogEvent[], trace: GatewayTrace): Promise<Taken> {
    const fresh = new Map<string, LogEvent>()
    const others: Promise<boolean>[] = []
    const contested: LogEvent[] = []
    let duplicates = 0
    for (const event of events) {
      const identity = identityOf(event)
      const other = recent.pending(identity)
      if (recent.has(identity) || fresh.has(identity)) {
        duplicates++
        trace.duplicate(event)
      } else if (other) {
        others.push(other)
        contested.push(event)
      } else fresh.set(identity, event)
    }
    const done = appendOrKeep({ appender, quarantine }, [...fresh.values()])
    recent.track(
      [...fresh.keys()],
      done.then(() => undefined),
    )
    const quarantined = await done
    const taken = await Promise.all(others)
    const again = contested.filter((_event, i) => taken[i] !== true)
    for (const [i, event] of contested.entries()) if (taken[i] === true) trace.duplicate(event)
    duplicates += contested.length - again.length
    if (again.length === 0) return { accepted: fresh.size, duplicates, quarantined }
    const rest = await append(again, trace)
    return {
      accepted: fresh.size + rest.accepted,
      duplicates: duplicates + rest.duplicates,
      quarantined: quarantined + rest.quarantined,
    }
  }

  return {
    async ingest(contentType, headers, body) {
      if (body.length > maxBodyBytes) throw tooLarge(body.length)
      disks?.check()
      const trace = new GatewayTrace(headers.traceparent)
      const events: LogEvent[] = []
      const refused: RejectedEvent[] = []
      for (const { index, id, checked } of readRequest(contentType, headers, body, clock.now())) {
        // No version is newer than what the next message will be checked by.
        const rejection: Rejection | null = checked.ok
          ? schemaProblem(registry, checked.event, Number.POSITIVE_INFINITY)
          : checked.rejection
        if (rejection) {
          refused.push({ index, id, ...rejection })
          onRejected?.(checked.ok ? checked.event.type : null)
          if (checked.ok) trace.refuse(checked.event, rejection.message)
        } else if (checked.ok) {
          trace.take(checked.event)
          events.push(checked.event)
        }
      }
      trace.appending()
      const { accepted, duplicates, quarantined } = await append(events, trace).catch((error: unknown) => {
        trace.failed(error)
        throw error
      })
      trace.appended()
      return { accepted, duplicates, ...(quarantined > 0 && { quarantined }), rejected: refused }
    },
  }
}

// No text of an event holds a NUL, so no two identities look alike.
const identityOf = (event: LogEvent) => `${event.source}\0${event.id}`

const tooLarge = (bytes: number) =>
  new AppError(
    'too_large',
    `Reading the events failed: the body is ${bytes} bytes, more than ${maxBodyBytes}. Send it in parts.`,
  )
