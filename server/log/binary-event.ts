import { isUtf8 } from 'node:buffer'
import type { Instant } from '../pipeline/types'
import { checkEvent } from './cloud-event'
import { maxEventBytes } from './limits'
import { rejected, type CheckedEvent, type Rejection } from './log-event'
import { isJsonMediaType, mediaType } from './message-header'

/** Said by the body and its content type instead. */
const reserved = new Set(['ce-data', 'ce-data_base64', 'ce-datacontenttype'])

/**
 * A CloudEvent in binary mode: attributes in `ce-…` headers, data in the body, as the HTTP and NATS bindings have
 * it. JSON data is parsed, text is kept as a string, anything else as Base64.
 */
export function readBinaryEvent(
  headers: Iterable<readonly [name: string, value: string]>,
  body: Buffer,
  receivedAt: Instant,
): CheckedEvent {
  const event: Record<string, unknown> = {}
  let contentType: string | undefined
  for (const [header, value] of headers) {
    const name = header.toLowerCase()
    if (name === 'content-type') contentType = value
    else if (name.startsWith('ce-') && !reserved.has(name)) {
      const text = percentDecoded(value)
      if (text === null) return rejected('invalid_text', `The header ${name} is not percent-encoded UTF-8.`)
      event[name.slice(3)] = text
    }
  }
  const problem = addData(event, contentType, body)
  return problem ? { ok: false, rejection: problem } : checkEvent(event, receivedAt)
}

function addData(
  event: Record<string, unknown>,
  contentType: string | undefined,
  body: Buffer,
): Rejection | null {
  if (body.length > maxEventBytes) {
    return rejected('too_large', `The event is ${body.length} bytes, more than ${maxEventBytes}.`).rejection
  }
  if (contentType !== undefined) event.datacontenttype = contentType
  if (body.length === 0) return null
  const type = mediaType(contentType)
  if (type !== '' && !isJsonMediaType(type) && !type.startsWith('text/')) {
    event.data_base64 = body.toString('base64')
    return null
  }
  if (!isUtf8(body)) return rejected('invalid_text', 'The data is not UTF-8.').rejection
  if (type.startsWith('text/') && !isJsonMediaType(type)) {
    event.data = body.toString()
    return null
  }
  try {
    event.data = JSON.parse(body.toString()) as unknown
    return null
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return rejected('invalid_json', `The data is not JSON: ${why.slice(0, 200)}.`).rejection
  }
}

function percentDecoded(value: string): string | null {
  const text = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
