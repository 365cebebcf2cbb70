import { crc32 } from 'node:zlib'
import type { JsMsg } from '@nats-io/jetstream'
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

/** Reads the log of a type, knowing nothing of the product but a frame's layout; with the position of its last message. */
export async function readLog(nats: Nats, type: string): Promise<{ events: Logged[]; lastSeq: number }> {
  const { state } = await nats.jsm.streams.info('EVENTS')
  const events: Logged[] = []
  let lastSeq = 0
  if (state.messages === 0) return { events, lastSeq }
  const consumer = await nats.js.consumers.get('EVENTS', { filter_subjects: [`events.${type}.>`] })
  const messages = await consumer.consume({ max_messages: 500 })
  let idle: NodeJS.Timeout | undefined
  for await (const message of messages) {
    clearTimeout(idle)
    const seq = message.seq
    if (seq > state.last_seq) break
    lastSeq = seq
    events.push(...eventsOf(message, seq))
    if (message.info.pending === 0) break
    idle = setTimeout(() => void messages.close(), 30_000)
  }
  clearTimeout(idle)
  await messages.close()
  return { events, lastSeq }
}

/** None of a message that is no whole frame: the product parks it as it is. */
function eventsOf({ data, headers }: JsMsg, seq: number): Logged[] {
  const body = parsed(data)
  const checksum = headers?.get('parallax-crc32')
  if (body?.id.length !== body?.n || (checksum && Number(checksum) !== crc32(data))) return []
  return (body?.id ?? []).map((id, index) => ({
    id,
    timeMs: body?.time[index] ?? Number.NaN,
    key: String(body?.cols?.key?.[index] ?? body?.rows?.[index]?.key),
    amount: Number(body?.cols?.amount?.[index] ?? body?.rows?.[index]?.amount),
    seq,
    index,
  }))
}

function parsed(data: Uint8Array): Body | null {
  try {
    const body = JSON.parse(Buffer.from(data).toString()) as Partial<Body> | null
    return Array.isArray(body?.id) ? (body as Body) : null
  } catch {
    return null
  }
}
