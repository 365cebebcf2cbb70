import type { Msg } from '@nats-io/transport-node'

/**
 * What the client keeps of a message before its getters decode it: reading it directly spares the hot path a header
 * map and two strings a message. A test holds it equal to the getters; without it they are used.
 */
interface Raw {
  _msg?: { subject: Uint8Array; reply?: Uint8Array; hdr: number }
  _rdata?: Uint8Array
}

export interface WireMessage {
  subject: Uint8Array
  reply: Uint8Array | null
  header: Uint8Array | null
  data: Buffer
}

export function wireMessage(message: Msg): WireMessage {
  const { _msg: arg, _rdata: bytes } = message as Msg & Raw
  if (!arg || !(bytes instanceof Uint8Array)) return throughGetters(message)
  const headerLength = Math.max(arg.hdr, 0)
  return {
    subject: arg.subject,
    reply: arg.reply ?? null,
    header: headerLength === 0 ? null : bytes.subarray(0, headerLength),
    data: Buffer.from(bytes.buffer, bytes.byteOffset + headerLength, bytes.length - headerLength),
  }
}

export function throughGetters(message: Msg): WireMessage {
  const { headers, reply, data } = message
  let header: Uint8Array | null = null
  if (headers) {
    const status = headers.code > 0 ? ` ${headers.code} ${headers.description}` : ''
    const lines = headers.keys().flatMap((name) => headers.values(name).map((value) => `${name}: ${value}`))
    header = Buffer.from(`NATS/1.0${status}\r\n${lines.join('\r\n')}\r\n\r\n`)
  }
  return {
    subject: Buffer.from(message.subject),
    reply: reply ? Buffer.from(reply) : null,
    header,
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  }
}

export interface Delivery {
  streamSeq: number
  consumerSeq: number
  /** Log time, epoch ms. */
  time: number
  /** Messages of the consumer that were not delivered yet. */
  pending: number
}

const dot = 46

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`, with
 * `<domain>.<account>` before the stream and a random token at the end on newer servers. Null for another subject.
 */
export function readDelivery(reply: Uint8Array): Delivery | null {
  const start = deliveryStart(reply)
  return start < 0 ? null : readDeliveryAt(reply, start)
}

/** Where the stream sequence starts, −1 for another subject. The same for all messages of a consumer without acks. */
export function deliveryStart(reply: Uint8Array): number {
  if (reply[0] !== 36 || reply[1] !== 74) return -1
  let tokens = 1
  for (let i = 2; i < reply.length; i++) if (reply[i] === dot) tokens++
  if (tokens < 9) return -1
  let at = 2
  for (let skip = tokens >= 11 ? 7 : 5; skip > 0; at++) if (reply[at] === dot) skip--
  return at
}

export function readDeliveryAt(reply: Uint8Array, start: number): Delivery {
  const { length } = reply
  let at = start
  let streamSeq = 0
  for (; at < length && reply[at] !== dot; at++) streamSeq = streamSeq * 10 + (reply[at] as number) - 48
  let consumerSeq = 0
  for (at++; at < length && reply[at] !== dot; at++)
    consumerSeq = consumerSeq * 10 + (reply[at] as number) - 48
  let end = ++at
  while (end < length && reply[end] !== dot) end++
  // Without the last six digits of the nanoseconds: what is left is exact in a double.
  let time = 0
  for (; at < end - 6; at++) time = time * 10 + (reply[at] as number) - 48
  let pending = 0
  for (at = end + 1; at < length && reply[at] !== dot; at++)
    pending = pending * 10 + (reply[at] as number) - 48
  return { streamSeq, consumerSeq, time, pending }
}
