import type { Instant } from '../pipeline/types'
import { isText, valueProblem } from './json-value'
import { maxAttributeBytes, maxAttributes, maxFutureMs } from './limits'
import { rejected, type AttributeValue, type CheckedEvent, type LogEvent, type Rejection } from './log-event'
import { parseInstant } from './rfc3339'
import { isEventType } from './subject'

const required = ['specversion', 'id', 'source', 'type'] as const
const nonEmptyText = new Set(['subject', 'dataschema', 'datacontenttype'])
const attributeName = /^[a-z0-9]+$/

/**
 * Checks one structured CloudEvent 1.0, already parsed. `receivedAt` is the time of receipt (gateway) or of the
 * log message: it stands in for a missing time, and bounds how far ahead the event's own time may lie.
 */
export function checkEvent(value: unknown, receivedAt: Instant): CheckedEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejected('not_an_object', 'A CloudEvent is a JSON object.')
  }
  const fields = value as Record<string, unknown>
  const problem = requiredProblem(fields) ?? typeProblem(fields.type as string)
  if (problem) return { ok: false, rejection: problem }

  const time = checkTime(fields.time, receivedAt)
  if (typeof time !== 'number') return { ok: false, rejection: time }

  const attrs = checkAttributes(fields)
  if ('code' in attrs) return { ok: false, rejection: attrs }
  const data = fields.data ?? null
  const dataProblem = valueProblem(data)
  if (dataProblem) return { ok: false, rejection: dataProblem }

  const event: LogEvent = {
    type: fields.type as string,
    source: fields.source as string,
    id: fields.id as string,
    timeMs: time,
    attrs: attrs.values,
    data,
  }
  return { ok: true, event }
}

function requiredProblem(fields: Record<string, unknown>): Rejection | null {
  for (const name of required) {
    const value = fields[name]
    if (value === undefined || value === null) {
      return rejected('missing_attribute', `The required attribute ${name} is missing.`).rejection
    }
    const problem = textProblem(name, value, true)
    if (problem) return problem
  }
  return fields.specversion === '1.0'
    ? null
    : rejected('unsupported_specversion', 'specversion is not "1.0", the only version that is read.')
        .rejection
}

export function typeProblem(type: string): Rejection | null {
  return isEventType(type)
    ? null
    : rejected(
        'invalid_attribute',
        'type must be words of letters, digits, "_" and "-" joined by ".", at most 200 characters.',
      ).rejection
}

function textProblem(name: string, value: unknown, nonEmpty: boolean): Rejection | null {
  if (typeof value !== 'string') {
    return rejected('invalid_attribute', `${name} must be a string.`).rejection
  }
  if (nonEmpty && value === '') return rejected('invalid_attribute', `${name} must not be empty.`).rejection
  if (value.length * 3 > maxAttributeBytes && Buffer.byteLength(value) > maxAttributeBytes) {
    return rejected('invalid_attribute', `${name} is longer than ${maxAttributeBytes} bytes.`).rejection
  }
  return isText(value)
    ? null
    : rejected('invalid_text', `${name} holds a NUL or a lone surrogate, which is not text.`).rejection
}

export function checkTime(value: unknown, receivedAt: Instant): Instant | Rejection {
  if (value === undefined || value === null) return receivedAt
  if (typeof value !== 'string') return rejected('invalid_time', 'time must be an RFC 3339 string.').rejection
  const timeMs = parseInstant(value)
  if (Number.isNaN(timeMs)) {
    return rejected(
      'invalid_time',
      'time is not an RFC 3339 date-time with an offset, such as 2026-01-31T12:00:00Z.',
    ).rejection
  }
  return timeMs > receivedAt + maxFutureMs ? futureTime() : timeMs
}

export const futureTime = (): Rejection =>
  rejected('time_too_far_in_future', 'time lies more than 24 hours ahead of the time of receipt.').rejection

function checkAttributes(
  fields: Record<string, unknown>,
): { values: Record<string, AttributeValue> } | Rejection {
  const values: Record<string, AttributeValue> = {}
  let count = 0
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (isCore(name) || value === undefined || value === null) continue
    const problem = attributeProblem(name, value) ?? (++count > maxAttributes ? tooMany() : null)
    if (problem) return problem
    values[name] = value as AttributeValue
  }
  if ('data_base64' in values && fields.data !== undefined) {
    return rejected('invalid_attribute', 'An event has either data or data_base64, not both.').rejection
  }
  return { values }
}

const isCore = (name: string) =>
  name === 'specversion' ||
  name === 'id' ||
  name === 'source' ||
  name === 'type' ||
  name === 'time' ||
  name === 'data'

const tooMany = (): Rejection =>
  rejected('invalid_attribute', `An event has at most ${maxAttributes} attributes.`).rejection

const base64 = /^[A-Za-z0-9+/]*={0,2}$/

function attributeProblem(name: string, value: unknown): Rejection | null {
  if (name === 'data_base64') {
    return typeof value === 'string' && base64.test(value)
      ? null
      : rejected('invalid_attribute', 'data_base64 must be a Base64 string.').rejection
  }
  if (!attributeName.test(name)) {
    const shown = JSON.stringify(name.slice(0, 40))
    return rejected(
      'invalid_attribute',
      `The attribute name ${shown} may hold lower-case letters and digits only.`,
    ).rejection
  }
  if (typeof value === 'boolean' && !nonEmptyText.has(name)) return null
  if (typeof value === 'number' && !nonEmptyText.has(name)) {
    return (value | 0) === value
      ? null
      : rejected('invalid_attribute', `${name} must be a 32-bit integer, boolean or string.`).rejection
  }
  return textProblem(name, value, nonEmptyText.has(name))
}
