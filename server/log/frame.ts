import { crc32 } from 'node:zlib'
import { frameType } from './message-header'
import type { AttributeValue, LogEvent } from './log-event'

type Column<T> = T | T[]

/** The body of a frame: events of one type and one partition as columns. */
export interface FrameBody {
  v: 1
  type: string
  n: number
  source: Column<string>
  id: string[]
  time: number[]
  attrs?: Record<string, (AttributeValue | null)[]>
  /** Top-level fields of data, when every event's data has the same keys in the same order. */
  cols?: Record<string, unknown[]>
  rows?: unknown[]
}

export interface Frame {
  headers: [name: string, value: string][]
  body: Buffer
}

/** `id` becomes the Nats-Msg-Id: a frame sent twice is stored once. */
export function encodeFrame(events: readonly LogEvent[], id: string): Frame {
  const first = events[0]
  if (!first) throw new RangeError('a frame holds at least one event')
  const body: FrameBody = {
    v: 1,
    type: first.type,
    n: events.length,
    source: events.every((event) => event.source === first.source)
      ? first.source
      : events.map((event) => event.source),
    id: events.map((event) => event.id),
    time: events.map((event) => event.timeMs),
  }
  const attrs = attributeColumns(events)
  if (attrs) body.attrs = attrs
  const keys = sharedKeys(events)
  if (keys) body.cols = dataColumns(events, keys)
  else body.rows = events.map((event) => event.data)
  const bytes = Buffer.from(JSON.stringify(body))
  return {
    headers: [
      ['content-type', frameType],
      ['Nats-Msg-Id', id],
      ['parallax-crc32', String(crc32(bytes))],
      ['parallax-validated', '1'],
    ],
    body: bytes,
  }
}

function attributeColumns(events: readonly LogEvent[]): FrameBody['attrs'] | null {
  const names = new Set<string>()
  for (const event of events) for (const name in event.attrs) names.add(name)
  if (names.size === 0) return null
  return Object.fromEntries(
    [...names].map((name) => [name, events.map((event) => event.attrs[name] ?? null)]),
  )
}

function dataColumns(events: readonly LogEvent[], keys: readonly string[]): Record<string, unknown[]> {
  return Object.fromEntries(
    keys.map((key) => [key, events.map((event) => (event.data as Record<string, unknown>)[key])]),
  )
}

/** The keys of every event's data, or null when they differ; `__proto__` as a key is no column name. */
function sharedKeys(events: readonly LogEvent[]): string[] | null {
  const keys = keysOf(events[0]?.data)
  if (!keys || keys.includes('__proto__')) return null
  for (const event of events) {
    const own = keysOf(event.data)
    if (own?.length !== keys.length || own.some((key, i) => key !== keys[i])) return null
  }
  return keys
}

const keysOf = (data: unknown): string[] | null =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.keys(data) : null
