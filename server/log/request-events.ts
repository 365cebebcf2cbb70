import { isUtf8 } from 'node:buffer'
import { AppError } from '../platform'
import type { Instant } from '../pipeline'
import { readBinaryEvent } from './binary-event'
import { checkEvent } from './cloud-event'
import { maxEventBytes } from './limits'
import { rejected, type CheckedEvent } from './log-event'
import { batchType, linesType, mediaType, structuredType } from './message-header'
import { parseJson } from './message'

/** One event of a request: its place in it, its id as far as it could be read, and what became of it. */
export interface RequestEvent {
  index: number
  id: string | null
  checked: CheckedEvent
}

/** The events of a request body in any of the four content modes; throws for a body that holds none at all. */
export function readRequest(
  contentType: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: Buffer,
  receivedAt: Instant,
): RequestEvent[] {
  const type = mediaType(contentType)
  if (type === structuredType) return [requestEvent(body, 0, receivedAt)]
  if (type === batchType) return batch(body, receivedAt)
  if (type === linesType) return [...lines(body, receivedAt)]
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)
  if (!given.some(([name]) => /^ce-/i.test(name))) throw unsupported(type)
  const attributes = given.filter(([name]) => /^ce-/i.test(name))
  const all: [string, string][] = type === '' ? attributes : [...attributes, ['content-type', contentType]]
  const id = given.find(([name]) => name.toLowerCase() === 'ce-id')?.[1] ?? null
  return [{ index: 0, id, checked: readBinaryEvent(all, body, receivedAt) }]
}

function requestEvent(body: Buffer, index: number, receivedAt: Instant): RequestEvent {
  const parsed = parseJson(body)
  if ('code' in parsed) return { index, id: null, checked: { ok: false, rejection: parsed } }
  return { index, id: idOf(parsed.value), checked: checkEvent(parsed.value, receivedAt) }
}

function batch(body: Buffer, receivedAt: Instant): RequestEvent[] {
  const parsed = parseJson(body, Number.POSITIVE_INFINITY)
  if ('code' in parsed) {
    throw new AppError('bad_request', `Reading the batch failed: ${parsed.message} Nothing of it was taken.`)
  }
  if (!Array.isArray(parsed.value)) {
    throw new AppError('bad_request', 'Reading the batch failed: it is not a JSON array of events.')
  }
  return (parsed.value as unknown[]).map((item, index) => {
    const checked = checkEvent(item, receivedAt)
    // Measured after the check, which bounds the depth that writing it out recurses to.
    const tooLarge =
      checked.ok && body.length > maxEventBytes && Buffer.byteLength(JSON.stringify(item)) > maxEventBytes
    return { index, id: idOf(item), checked: tooLarge ? oversized() : checked }
  })
}

const oversized = () => rejected('too_large', `The event is larger than ${maxEventBytes} bytes.`)

function* lines(body: Buffer, receivedAt: Instant): Generator<RequestEvent> {
  let start = 0
  for (let index = 0; start < body.length; index++) {
    const newline = body.indexOf(10, start)
    const end = newline < 0 ? body.length : newline
    const line = body.subarray(start, end)
    // A blank line keeps its number: the index is where a reader of the file finds the event.
    if (!isBlank(line)) yield requestEvent(line, index, receivedAt)
    start = end + 1
  }
}

const isBlank = (line: Buffer): boolean => line.length < 100 && isUtf8(line) && line.toString().trim() === ''

function idOf(value: unknown): string | null {
  const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : undefined
  return typeof id === 'string' ? id.slice(0, 200) : null
}

const unsupported = (type: string) =>
  new AppError(
    'unsupported_media_type',
    `Reading the events failed: ${type === '' ? 'no content type is given' : `the content type ${type.slice(0, 100)} is unknown`} and there are no ce-* headers. Send ${structuredType}, ${batchType}, ${linesType} or binary mode with ce-* headers.`,
  )
