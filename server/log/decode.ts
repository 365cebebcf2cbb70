import type { BatchBuilder } from './batch-builder'
import { TemplateScanner } from './template-scanner'
import type { FrameBody } from './frame'
import { readFrame } from './frame-body'
import { maxEventBytes, maxFutureMs } from './limits'
import type { LogMessage } from './log-message'
import { frameType, mediaType, structuredType } from './message-header'
import { decodeMessage, type DeadEvent, type DecodedEvent } from './message'
import type { SchemasInForce } from './schemas-in-force'

/**
 * Appends the events of messages to a batch, reading only the fields asked for. Decides exactly as decodeMessage
 * does which events are valid; it only avoids building what nobody reads.
 */
export class BatchDecoder {
  readonly #scanner: TemplateScanner

  constructor(
    readonly fields: readonly string[],
    readonly schemas: SchemasInForce | null,
    readonly onDead: (dead: DeadEvent) => void,
  ) {
    this.#scanner = new TemplateScanner(fields)
  }

  /** `type` is what the message's subject names. */
  decode(message: LogMessage, type: string, builder: BatchBuilder): void {
    const contentType = message.header === null ? '' : mediaType(message.header.get('content-type'))
    if (contentType === frameType && this.#frame(message, type, builder)) return
    if ((contentType === '' || contentType === structuredType) && this.#single(message, type, builder)) return
    for (const result of decodeMessage(message, type, this.schemas)) {
      if ('rejection' in result) this.onDead(result)
      else appendEvent(message, result, builder)
    }
  }

  /** True when the whole message was appended here. */
  #single(message: LogMessage, type: string, builder: BatchBuilder): boolean {
    const bytes = message.bytes ?? message.data
    const start = message.start ?? 0
    const end = message.end ?? bytes.length
    if (end - start > maxEventBytes || this.schemas?.mayCheck(type) === true) return false
    // A header may carry binary-mode attributes; only the full decoder sorts that out.
    if (message.header?.get('ce-specversion') !== undefined) return false
    const scanner = this.#scanner
    if (!scanner.scan(bytes, start, end) || scanner.type !== type) return false
    const time = scanner.time ?? message.logTime
    // False for NaN too.
    if (!(time <= message.logTime + maxFutureMs)) return false
    builder.pushIdentity(message.seq, 0, message.logTime, time, scanner.source, scanner.id, scanner.subject)
    for (let i = 0; i < this.fields.length; i++) builder.column(i).push(scanner.values[i])
    const traceparent = scanner.traceparent ?? message.header?.get('traceparent')
    if (traceparent !== undefined) builder.markTraced(traceparent, true)
    return true
  }

  #frame(message: LogMessage, type: string, builder: BatchBuilder): boolean {
    if (message.header?.get('parallax-validated') !== '1') return false
    const body = readFrame(message.data, message.header.get('parallax-crc32'), type)
    if ('code' in body) return false
    appendFrame(message, body, builder)
    return true
  }
}

function appendFrame(message: LogMessage, body: FrameBody, builder: BatchBuilder): void {
  const { seq, logTime } = message
  const { n, source, id, time } = body
  const subject = body.attrs?.subject
  const traceparent = body.attrs?.traceparent
  for (let i = 0; i < n; i++) {
    builder.pushIdentity(
      seq,
      i,
      logTime,
      time[i] as number,
      typeof source === 'string' ? source : (source[i] as string),
      id[i] as string,
      subject ? (subject[i] as string | null) : null,
    )
    const trace = traceparent?.[i]
    if (typeof trace === 'string') builder.markTraced(trace, false)
  }
  if (!body.cols) {
    for (const data of body.rows ?? []) builder.pushData(data)
    return
  }
  const cols = body.cols
  builder.fields.forEach((field, f) => {
    const target = builder.column(f)
    const values = Object.hasOwn(cols, field) ? cols[field] : undefined
    for (let i = 0; i < n; i++) target.push(values ? values[i] : null)
  })
}

function appendEvent(message: LogMessage, event: DecodedEvent, builder: BatchBuilder): void {
  const subject = event.attrs.subject
  builder.pushIdentity(
    message.seq,
    event.index,
    message.logTime,
    event.timeMs,
    event.source,
    event.id,
    typeof subject === 'string' ? subject : null,
  )
  const traceparent =
    event.attrs.traceparent ?? (event.index === 0 ? message.header?.get('traceparent') : undefined)
  if (typeof traceparent === 'string') builder.markTraced(traceparent, true)
  builder.pushData(event.data)
}
