import { isUtf8 } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { FrameBody } from './frame'
import { maxMessageEvents } from './limits'
import { rejected, type Rejection } from './log-event'

const invalid = (why: string): Rejection =>
  rejected('invalid_frame', `The frame was parked whole: ${why}.`).rejection

/** Reads and checks the shape of a frame; a frame that lies in any way is refused whole. */
export function readFrame(data: Buffer, crc: string | undefined, type: string): FrameBody | Rejection {
  if (crc === undefined) return invalid('it has no parallax-crc32 header')
  if (crc !== String(crc32(data))) return invalid('its checksum does not match its bytes')
  if (!isUtf8(data)) return rejected('invalid_text', 'The frame is not UTF-8.').rejection
  let body: unknown
  try {
    body = JSON.parse(data.toString())
  } catch {
    return rejected('invalid_json', 'The frame is not JSON.').rejection
  }
  const why = shapeProblem(body, type)
  if (why) return why
  return body as FrameBody
}

function shapeProblem(body: unknown, type: string): Rejection | null {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return invalid('it is not an object')
  const frame = body as Record<string, unknown>
  const n = frame.n
  if (frame.v !== 1) return invalid('its version is not 1')
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > maxMessageEvents) {
    return invalid(`its count is not between 1 and ${maxMessageEvents}`)
  }
  if (frame.type !== type) {
    return rejected('type_mismatch', `The frame holds events of another type than its subject (${type}).`)
      .rejection
  }
  const why =
    identityProblem(frame, n) ??
    attributesProblem(frame.attrs, n) ??
    (frame.cols === undefined ? null : columnsProblem(frame.cols, n, 'cols'))
  if (why) return invalid(why)
  if ((frame.cols === undefined) === (frame.rows === undefined)) {
    return invalid('it needs either cols or rows')
  }
  return frame.rows === undefined || isColumn(frame.rows, n)
    ? null
    : invalid(`rows does not hold ${n} values`)
}

function identityProblem(frame: Record<string, unknown>, n: number): string | null {
  const { source, id, time } = frame
  if (!isColumn(id, n) || !id.every(isName)) return `id does not hold ${n} non-empty strings`
  if (!isColumn(time, n) || !time.every(isInstant)) return `time does not hold ${n} instants`
  if (!isName(source) && !(isColumn(source, n) && source.every(isName))) {
    return `source is neither a string nor ${n} non-empty strings`
  }
  return null
}

function attributesProblem(attrs: unknown, n: number): string | null {
  if (attrs === undefined) return null
  const why = columnsProblem(attrs, n, 'attrs')
  if (why) return why
  const { subject, dataschema } = attrs as Record<string, unknown[]>
  return [subject, dataschema].every((column) => column === undefined || column.every(isTextOrNull))
    ? null
    : 'subject or dataschema holds something else than text'
}

function columnsProblem(columns: unknown, n: number, name: string): string | null {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) {
    return `${name} is not an object of columns`
  }
  for (const key in columns) {
    if (!isColumn((columns as Record<string, unknown>)[key], n))
      return `${name} has a column without ${n} values`
  }
  return null
}

// Far enough for any four-digit year, and safe to add durations to.
const maxInstant = 253_402_300_800_000

const isColumn = (value: unknown, n: number): value is unknown[] => Array.isArray(value) && value.length === n
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 1024
const isTextOrNull = (value: unknown) => value === null || typeof value === 'string'
const isInstant = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Math.abs(value as number) <= maxInstant
