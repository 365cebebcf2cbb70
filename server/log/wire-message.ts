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
  if (reply[0] !== 36 || reply[1] !== 74) return null
  let tokens = 1
  for (const c of reply) if (c === dot) tokens++
  if (tokens < 9) return null
  let at = 0
  // Up to the number of deliveries, the last token before those that are read.
  for (let skip = tokens >= 11 ? 7 : 5; skip > 0; at++) if (reply[at] === dot) skip--
  const next = () => {
    let value = 0
    for (let c = reply[at++]; c !== undefined && c !== dot; c = reply[at++]) value = value * 10 + c - 48
    return value
  }
  const streamSeq = next()
  const consumerSeq = next()
  const time = next()
  const pending = next()
  return { streamSeq, consumerSeq, time: Math.floor(time / 1e6), pending }
}
