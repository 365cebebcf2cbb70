import { inTransaction, type Nats, type Pool } from '../clients'
import { partitionOf } from '../pipeline'
import { logger } from '../platform'
import { AckedPublisher } from './acked-publisher'
import { framesOf, type Appender } from './appender'
import type { LogEvent } from './log-event'
import { noteKept, selectInForce } from './quarantine-store'
import { quarantineSubject } from './subject'

/** Names the quarantine a message was kept for. */
export const quarantineHeader = 'parallax-quarantine'

const maxFrameEvents = 500
const maxFrameBytes = 512 * 1024
/** Changes are announced; whoever misses that knows after so long. */
const refreshMs = 1_000

/** Keeps events of producers in quarantine out of the log, where the gateway asks. */
export interface Quarantine {
  holds(event: LogEvent): boolean
  /** Resolves once all are kept, but those whose producer was released meanwhile: they are to go into the log. */
  keep(events: readonly LogEvent[]): Promise<{ kept: number; released: LogEvent[] }>
}

/** Into the log, or aside. Resolves to how many were kept aside once all are where they belong. */
export async function appendOrKeep(
  { appender, quarantine }: { appender: Appender; quarantine: Quarantine | undefined },
  events: readonly LogEvent[],
): Promise<number> {
  const held = quarantine ? events.filter((event) => quarantine.holds(event)) : []
  if (quarantine === undefined || held.length === 0) {
    await appender.append(events)
    return 0
  }
  const aside = new Set(held)
  const [logged, kept] = await Promise.allSettled([
    appender.append(events.filter((event) => !aside.has(event))),
    quarantine.keep(held),
  ])
  if (kept.status === 'rejected') throw kept.reason
  if (logged.status === 'rejected') throw logged.reason
  if (kept.value.released.length > 0) await appender.append(kept.value.released)
  return kept.value.kept
}

interface Waiting {
  events: readonly LogEvent[]
  settle: (released: LogEvent[]) => void
  fail: (error: unknown) => void
}

/** Follows the producers in quarantine until the connection to NATS is closed. */
export async function openQuarantine(deps: {
  pool: Pool
  nats: Nats
  partitions: number
}): Promise<Quarantine> {
  const { pool, nats, partitions } = deps
  const publisher = new AckedPublisher(nats)
  const waiting = new Map<number, Waiting[]>()
  const draining = new Set<number>()
  let inForce = new Map<string, number>()

  const refresh = async () => {
    inForce = new Map((await selectInForce(pool)).map(({ id, type, source }) => [nameOf(type, source), id]))
  }
  const refreshQuietly = () => {
    refresh().catch((error: unknown) => {
      logger('gateway').warn(
        { err: error },
        'the producers in quarantine could not be read; going on as before',
      )
    })
  }
  await refresh()
  nats.nc.subscribe('control.quarantine', { callback: refreshQuietly })
  const timer = setInterval(() => {
    if (nats.nc.isClosed()) clearInterval(timer)
    else refreshQuietly()
  }, refreshMs)
  timer.unref()

  /** One transaction at a time for a producer, with all that has come for it meanwhile: a storm is kept in few. */
  async function drain(id: number): Promise<void> {
    if (draining.has(id)) return
    draining.add(id)
    for (let batch = take(id); batch.length > 0; batch = take(id)) {
      const events = batch.flatMap((item) => item.events)
      try {
        const isKept = await keepAll(id, events)
        for (const { events, settle } of batch) settle(isKept ? [] : [...events])
      } catch (error) {
        for (const { fail } of batch) fail(error)
      }
    }
    draining.delete(id)
  }

  function take(id: number): Waiting[] {
    const batch = waiting.get(id) ?? []
    waiting.delete(id)
    return batch
  }

  /** In the stream before it is committed that they are: a release reads the stream once nobody is in here. */
  const keepAll = (id: number, events: readonly LogEvent[]) =>
    inTransaction(pool, async (client) => {
      const times = events.map(({ timeMs }) => timeMs)
      const [minTime, maxTime] = times.reduce(
        ([min, max], time) => [Math.min(min, time), Math.max(max, time)],
        [Infinity, -Infinity],
      )
      if (!(await noteKept(client, { id, events: events.length, minTime, maxTime }))) return false
      await Promise.all(sentBy(id, events).map(([subject, frame]) => publisher.publish(subject, frame)))
      return true
    })

  function sentBy(id: number, events: readonly LogEvent[]) {
    const byPartition = new Map<number, LogEvent[]>()
    for (const event of events) {
      const partition = partitionOf(event.source, event.id, partitions)
      const known = byPartition.get(partition)
      if (known === undefined) byPartition.set(partition, [event])
      else known.push(event)
    }
    return [...byPartition].flatMap(([partition, own]) =>
      chunks(own).flatMap((chunk) =>
        framesOf(chunk, maxFrameBytes).map(({ headers, body }) => {
          const subject = quarantineSubject(chunk[0]?.type ?? '', partition)
          return [subject, { headers: [...headers, [quarantineHeader, String(id)]], body }] as [
            string,
            ReturnType<typeof framesOf>[number],
          ]
        }),
      ),
    )
  }

  return {
    holds: ({ type, source }) => inForce.has(nameOf(type, source)),

    async keep(events) {
      const byId = new Map<number, LogEvent[]>()
      const released: LogEvent[] = []
      for (const event of events) {
        const id = inForce.get(nameOf(event.type, event.source))
        if (id === undefined) released.push(event)
        else byId.set(id, [...(byId.get(id) ?? []), event])
      }
      const outcomes = await Promise.allSettled(
        [...byId].map(
          ([id, own]) =>
            new Promise<LogEvent[]>((settle, fail) => {
              waiting.set(id, [...(waiting.get(id) ?? []), { events: own, settle, fail }])
              void drain(id)
            }),
        ),
      )
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') throw outcome.reason
        released.push(...outcome.value)
      }
      return { kept: events.length - released.length, released }
    },
  }
}

// No text of an event holds a NUL.
const nameOf = (type: string, source: string) => `${type}\0${source}`

function chunks(events: readonly LogEvent[]): LogEvent[][] {
  const parts: LogEvent[][] = []
  for (let from = 0; from < events.length; from += maxFrameEvents)
    parts.push(events.slice(from, from + maxFrameEvents))
  return parts
}
