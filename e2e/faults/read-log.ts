import type { Nats } from '../../server/clients'
import type { Entry } from './ledger'

export interface Logged extends Entry {
  seq: number
  index: number
}

interface Body {
  n: number
  id: string[]
  time: number[]
  cols?: Record<string, unknown[]>
  rows?: Record<string, unknown>[]
}

/** Reads the log of a type from its first message to its last, knowing nothing of the product but a frame's layout. */
export async function readLog(nats: Nats, type: string): Promise<{ events: Logged[]; lastSeq: number }> {
  const { state } = await nats.jsm.streams.info('EVENTS')
  const events: Logged[] = []
  if (state.messages === 0) return { events, lastSeq: state.last_seq }
  const consumer = await nats.js.consumers.get('EVENTS', { filter_subjects: [`events.${type}.>`] })
  const messages = await consumer.consume({ max_messages: 500 })
  let idle: NodeJS.Timeout | undefined
  for await (const message of messages) {
    clearTimeout(idle)
    const seq = message.seq
    if (seq > state.last_seq) break
    events.push(...eventsOf(message.json<Body>(), seq))
    if (message.info.pending === 0) break
    idle = setTimeout(() => void messages.close(), 30_000)
  }
  clearTimeout(idle)
  await messages.close()
  return { events, lastSeq: state.last_seq }
}

function eventsOf(body: Body, seq: number): Logged[] {
  return body.id.map((id, index) => ({
    id,
    timeMs: body.time[index] ?? Number.NaN,
    key: String(body.cols?.key?.[index] ?? body.rows?.[index]?.key),
    amount: Number(body.cols?.amount?.[index] ?? body.rows?.[index]?.amount),
    seq,
    index,
  }))
}
