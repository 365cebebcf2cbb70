import { inTransaction, type Nats, type Pool } from '../clients'
import { insertDeadLetters } from './archive/archive-store'
import type { LogMessage } from './log-message'
import { MessageHeader } from './message-header'
import { decodeMessage, type DeadEvent } from './message'
import { rejected } from './log-event'
import { eventsStream } from './stream'

/** An event that is in the log and can be read, but that something behind the log could not use. */
export interface Unusable {
  seq: number
  index: number
  message: string
}

/**
 * Parks events that were read and then could not be used, with what they hold as far as the log still has it. Parking
 * one again changes nothing. Throws when the log could not be asked for some of them; the others are parked.
 */
export async function parkEvents(
  { pool, nats }: { pool: Pool; nats: Nats },
  { type, code, events }: { type: string; code: 'key_too_long' | 'fold_failed'; events: readonly Unusable[] },
): Promise<void> {
  const dead: DeadEvent[] = []
  const failures: unknown[] = []
  const reasonsOf = new Map<number, Map<number, string>>()
  for (const { seq, index, message } of events)
    reasonsOf.set(seq, (reasonsOf.get(seq) ?? new Map<number, string>()).set(index, message))
  for (const [seq, reasons] of reasonsOf) {
    const message = await readMessage(nats, seq).catch((error: unknown) => {
      failures.push(error)
      return null
    })
    if (message === null) continue
    for (const found of decodeMessage(message, type, null)) {
      const reason = 'rejection' in found ? undefined : reasons.get(found.index)
      if ('rejection' in found || reason === undefined) continue
      const { source, id, attrs, index } = found
      dead.push({
        seq,
        index,
        subject: message.subject,
        logTime: message.logTime,
        type,
        source,
        id,
        traceparent: typeof attrs.traceparent === 'string' ? attrs.traceparent : null,
        rejection: rejected(code, reason).rejection,
        raw: (maxLength) => JSON.stringify(found).slice(0, maxLength),
      })
    }
  }
  if (dead.length > 0) await inTransaction(pool, (client) => insertDeadLetters(client, dead))
  if (failures.length > 0) throw failures[0]
}

async function readMessage(nats: Nats, seq: number): Promise<LogMessage | null> {
  const stored = await nats.jsm.streams.getMessage(eventsStream, { seq })
  if (stored === null) return null
  const lines = stored.header
    .keys()
    .flatMap((name) => stored.header.values(name).map((value) => `${name}: ${value}`))
  const block = lines.length === 0 ? null : Buffer.from(`NATS/1.0\r\n${lines.join('\r\n')}\r\n\r\n`)
  const { data } = stored
  return {
    subject: stored.subject,
    header: block && new MessageHeader(block),
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    seq,
    logTime: stored.time.getTime(),
  }
}
