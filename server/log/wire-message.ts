import type { Msg } from '@nats-io/transport-node'

/** Where the parts of a message lie in what came off the socket. */
export interface WirePlace {
  bytes: Buffer
  subject: number
  subjectEnd: number
  /** Equal to its end: there is none. */
  reply: number
  replyEnd: number
  /** Of the header block; `data` where there is none. */
  start: number
  data: number
  end: number
}

export const noPlace = (): WirePlace => ({
  bytes: Buffer.alloc(0),
  subject: 0,
  subjectEnd: 0,
  reply: 0,
  replyEnd: 0,
  start: 0,
  data: 0,
  end: 0,
})

/** A message as its reader sees it; the place it names may be another message's after the call that hands it over. */
export class WireMessage {
  constructor(public place: WirePlace) {}

  get subject(): Uint8Array {
    const { bytes, subject, subjectEnd } = this.place
    return bytes.subarray(subject, subjectEnd)
  }

  get header(): Uint8Array | null {
    const { bytes, start, data } = this.place
    return start === data ? null : bytes.subarray(start, data)
  }

  get data(): Buffer {
    const { bytes, data, end } = this.place
    return bytes.subarray(data, end)
  }
}

/** The place of a message that came by the client's callback, in bytes of its own. */
export function placeOf(message: Msg): WirePlace {
  const { headers, reply, data } = message
  const subject = Buffer.from(message.subject)
  const replyBytes = Buffer.from(reply ?? '')
  const header = headers ? headerBlock(headers) : Buffer.alloc(0)
  const replyEnd = subject.length + replyBytes.length
  return {
    bytes: Buffer.concat([subject, replyBytes, header, data]),
    subject: 0,
    subjectEnd: subject.length,
    reply: subject.length,
    replyEnd,
    start: replyEnd,
    data: replyEnd + header.length,
    end: replyEnd + header.length + data.length,
  }
}

function headerBlock(headers: NonNullable<Msg['headers']>): Buffer {
  const status = headers.code > 0 ? ` ${headers.code} ${headers.description}` : ''
  const lines = headers.keys().flatMap((name) => headers.values(name).map((value) => `${name}: ${value}`))
  return Buffer.from(`NATS/1.0${status}\r\n${lines.join('\r\n')}\r\n\r\n`)
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
  const start = deliveryStart(reply, 0, reply.length)
  const delivery = { streamSeq: 0, consumerSeq: 0, time: 0, pending: 0 }
  if (start < 0) return null
  readDeliveryAt(reply, start, reply.length, delivery)
  return delivery
}

/** Where the stream sequence starts, −1 for another subject: as far behind `from` for all messages of a consumer. */
export function deliveryStart(reply: Uint8Array, from: number, to: number): number {
  if (reply[from] !== 36 || reply[from + 1] !== 74 || to - from < 2) return -1
  let tokens = 1
  for (let i = from + 2; i < to; i++) if (reply[i] === dot) tokens++
  if (tokens < 9) return -1
  let at = from + 2
  for (let skip = tokens >= 11 ? 7 : 5; skip > 0; at++) if (reply[at] === dot) skip--
  return at
}

/** Into an object that is used again for every message. */
export function readDeliveryAt(reply: Uint8Array, start: number, length: number, into: Delivery): void {
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
  into.streamSeq = streamSeq
  into.consumerSeq = consumerSeq
  into.time = time
  into.pending = pending
}
