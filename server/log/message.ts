import { isUtf8 } from 'node:buffer'
import { readBinaryEvent } from './binary-event'
import { checkEvent, futureTime } from './cloud-event'
import type { FrameBody } from './frame'
import { readFrame } from './frame-body'
import { valueProblem } from './json-value'
import { maxEventBytes, maxFutureMs, maxMessageEvents } from './limits'
import { rejected, type AttributeValue, type CheckedEvent, type LogEvent, type Rejection } from './log-event'
import type { LogMessage } from './log-message'
import { batchType, frameType, mediaType, structuredType } from './message-header'
import { schemaProblem, type SchemasInForce } from './schemas-in-force'

export interface DecodedEvent extends LogEvent {
  /** Its place in the message. */
  index: number
}

/** An event, or a whole message (index 0), that cannot be used. */
export interface DeadEvent {
  seq: number
  index: number
  subject: string
  logTime: number
  type: string | null
  source: string | null
  id: string | null
  traceparent: string | null
  rejection: Rejection
  /** What arrived, at most so many characters: the event alone when it could be told from its message. */
  raw: (maxLength: number) => string
}

type Decoded = Generator<DecodedEvent | DeadEvent, void>

/**
 * Every event of a log message in full, and what had to be parked. `type` is what the subject names: an event of
 * another type would be read by nobody, so it is refused.
 */
export function* decodeMessage(message: LogMessage, type: string, schemas: SchemasInForce | null): Decoded {
  const contentType = mediaType(message.header?.get('content-type'))
  if (contentType === frameType) yield* decodeFrame(message, type, schemas)
  else if (contentType === batchType) yield* decodeBatch(message, type, schemas)
  else if (contentType === structuredType || (contentType === '' && !hasBinaryAttributes(message))) {
    const parsed = parseJson(message.data)
    const checked = 'code' in parsed ? refuse(parsed) : checkEvent(parsed.value, message.logTime)
    yield conclude(message, 0, type, checked, schemas, 'code' in parsed ? undefined : parsed.value)
  } else {
    const checked = readBinaryEvent(message.header?.entries() ?? [], message.data, message.logTime)
    yield conclude(message, 0, type, checked, schemas, undefined)
  }
}

const refuse = (rejection: Rejection): CheckedEvent => ({ ok: false, rejection })

const hasBinaryAttributes = (message: LogMessage) => message.header?.get('ce-specversion') !== undefined

export function parseJson(data: Buffer, maxBytes = maxEventBytes): { value: unknown } | Rejection {
  if (data.length > maxBytes) {
    return rejected('too_large', `The event is ${data.length} bytes, more than ${maxBytes}.`).rejection
  }
  if (!isUtf8(data)) return rejected('invalid_text', 'The event is not UTF-8.').rejection
  try {
    return { value: JSON.parse(data.toString()) as unknown }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return rejected('invalid_json', `The event is not JSON: ${why.slice(0, 200)}.`).rejection
  }
}

function conclude(
  message: LogMessage,
  index: number,
  type: string,
  checked: CheckedEvent,
  schemas: SchemasInForce | null,
  raw: unknown,
): DecodedEvent | DeadEvent {
  if (!checked.ok) return deadEvent(message, index, checked.rejection, raw)
  const { event } = checked
  const rejection =
    event.type === type ? schemaProblem(schemas, event, message.seq) : mismatch(event.type, type)
  return rejection ? deadEvent(message, index, rejection, raw ?? event) : { ...event, index }
}

const mismatch = (eventType: string, type: string): Rejection =>
  rejected(
    'type_mismatch',
    `The event's type is ${eventType}, its subject names ${type}. Publish it to events.${eventType}.`,
  ).rejection

function* decodeBatch(message: LogMessage, type: string, schemas: SchemasInForce | null): Decoded {
  const items = batchItems(message.data)
  if ('code' in items) {
    yield deadEvent(message, 0, items, undefined)
    return
  }
  for (const [index, item] of items.entries()) {
    yield conclude(message, index, type, checkItem(item, message), schemas, item)
  }
}

function batchItems(data: Buffer): unknown[] | Rejection {
  const parsed = parseJson(data, Number.POSITIVE_INFINITY)
  if ('code' in parsed) return parsed
  const { value } = parsed
  if (!Array.isArray(value)) {
    return rejected('not_an_object', 'A CloudEvents batch is a JSON array.').rejection
  }
  if (value.length <= maxMessageEvents) return value as unknown[]
  return rejected('too_large', `The batch holds ${value.length} events, more than ${maxMessageEvents}.`)
    .rejection
}

function checkItem(item: unknown, message: LogMessage): CheckedEvent {
  const checked = checkEvent(item, message.logTime)
  // Only a large message can hold a large event. Writing comes after the check, which bounds the depth.
  const measured = checked.ok && message.data.length > maxEventBytes
  return measured && Buffer.byteLength(JSON.stringify(item)) > maxEventBytes
    ? rejected('too_large', `The event is larger than ${maxEventBytes} bytes.`)
    : checked
}

function* decodeFrame(message: LogMessage, type: string, schemas: SchemasInForce | null): Decoded {
  const body = readFrame(message.data, message.header?.get('parallax-crc32'), type)
  if ('code' in body) {
    yield deadEvent(message, 0, body, undefined)
    return
  }
  const validated = message.header?.get('parallax-validated') === '1'
  for (let index = 0; index < body.n; index++) {
    const event = frameEvent(body, index)
    const rejection = validated ? null : frameEventProblem(event, message, schemas)
    yield rejection ? deadEvent(message, index, rejection, event) : event
  }
}

/** What a gateway would have refused, for frames that no gateway vouches for. */
function frameEventProblem(event: LogEvent, message: LogMessage, schemas: SchemasInForce | null) {
  if (event.timeMs > message.logTime + maxFutureMs) return futureTime()
  for (const text of [event.source, event.id, event.attrs]) {
    const problem = valueProblem(text)
    if (problem) return problem
  }
  return valueProblem(event.data) ?? schemaProblem(schemas, event, message.seq)
}

function frameEvent(body: FrameBody, index: number): DecodedEvent {
  const attrs: Record<string, AttributeValue> = {}
  for (const name in body.attrs) {
    const value = body.attrs[name]?.[index]
    if (value !== null && value !== undefined) setOwn(attrs, name, value)
  }
  return {
    type: body.type,
    source: typeof body.source === 'string' ? body.source : (body.source[index] as string),
    id: body.id[index] as string,
    timeMs: body.time[index] as number,
    attrs,
    data: body.cols ? rowOf(body.cols, index) : (body.rows?.[index] ?? null),
    index,
  }
}

function rowOf(cols: Record<string, unknown[]>, index: number): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const key in cols) setOwn(row, key, cols[key]?.[index])
  return row
}

/** Assignment to `__proto__` would change the object's prototype instead. */
function setOwn<T>(object: Record<string, T>, key: string, value: T): void {
  if (key !== '__proto__') object[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

/** `raw` is what could be parsed, if anything: it tells whose event it was. */
function deadEvent(message: LogMessage, index: number, rejection: Rejection, raw: unknown): DeadEvent {
  const known = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {}
  const text = (name: string) => {
    const value = Object.hasOwn(known, name) ? known[name] : undefined
    return typeof value === 'string' ? value : null
  }
  return {
    seq: message.seq,
    index,
    subject: message.subject,
    logTime: message.logTime,
    type: text('type'),
    source: text('source'),
    id: text('id'),
    traceparent: text('traceparent'),
    rejection,
    raw: (maxLength) => rawText(raw, message.data).slice(0, maxLength),
  }
}

function rawText(event: unknown, message: Buffer): string {
  if (event === undefined || message.length <= maxEventBytes) return message.toString()
  try {
    return JSON.stringify(event)
  } catch {
    // Too deep to be written out.
    return message.toString()
  }
}

/** A message under a subject that names no event type. */
export const unreadableSubject = (message: LogMessage): DeadEvent =>
  deadEvent(
    message,
    0,
    rejected('type_mismatch', 'The subject names no event type. Publish to events.<type>.').rejection,
    undefined,
  )
