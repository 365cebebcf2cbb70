import type { Subscription } from '@nats-io/transport-node'
import type { Nats } from '../clients'
import { noPlace, type WirePlace } from './wire-message'

/**
 * What the client's parser holds between two chunks of the socket. Its byte-by-byte reading and the five views it cuts
 * for a message cost as much as everything else that is done with an event; for the subscriptions of the log's readers
 * whole messages are read past it. A test feeds both the same bytes in random pieces; where the client does not look
 * like this, its callbacks are used.
 */
interface ClientParser {
  parse(chunk: Uint8Array): void
  state: number
  ma?: { size: number }
  msgBuf?: { length: number }
}

export interface ParserHolder {
  parser: ClientParser
}

/** Called with the same object every time: it is true only during the call. */
export type TakeMessage = (place: WirePlace) => void

const atStart = 0
const inPayload = 15
/** A message longer than this is left to the client, which collects it without copying it for each chunk. */
const maxDirectBytes = 1024 ** 2

/** Reads a subscription's messages directly from now on; false: it cannot be, its callback gets them. */
export function readDirectly({ nc }: Nats, subscription: Subscription, take: TakeMessage): boolean {
  const holder = (nc as unknown as { protocol?: Partial<ParserHolder> }).protocol
  if (typeof holder?.parser?.parse !== 'function' || typeof holder.parser.state !== 'number') return false
  intakeOf(holder as ParserHolder).takers.set(subscription.getID(), take)
  return true
}

export function endDirect({ nc }: Nats, subscription: Subscription): void {
  const parser = (nc as unknown as { protocol?: Partial<ParserHolder> }).protocol?.parser
  if (parser) intakes.get(parser)?.takers.delete(subscription.getID())
}

/** By parser: the client makes a new one for every connection, and readers subscribe anew after one was lost. */
const intakes = new WeakMap<ClientParser, DirectIntake>()

/** The direct reading of the holder's present parser, put before it when it is first asked for. */
export function intakeOf({ parser }: ParserHolder): DirectIntake {
  let intake = intakes.get(parser)
  if (intake === undefined) {
    intake = new DirectIntake(parser)
    intakes.set(parser, intake)
  }
  return intake
}

const newline = 10
const carriageReturn = 13
const space = 32
const zero = 48
const letterH = 72
const letterM = 77

class DirectIntake {
  /** By subscription id. */
  readonly takers = new Map<number, TakeMessage>()
  readonly #parser: ClientParser
  readonly #client: (chunk: Uint8Array) => void
  /** The beginning of a message whose end has not come yet. */
  #rest: Buffer | null = null
  readonly #place = noPlace()
  #take: TakeMessage | undefined

  constructor(parser: ClientParser) {
    this.#parser = parser
    this.#client = parser.parse.bind(parser)
    parser.parse = (chunk) => {
      this.#read(chunk)
    }
  }

  #read(chunk: Uint8Array): void {
    let bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (this.#rest !== null) {
      bytes = Buffer.concat([this.#rest, bytes])
      this.#rest = null
    }
    let at = 0
    while (at < bytes.length) {
      if (this.#parser.state !== atStart) at = this.#giveRest(bytes, at)
      else {
        const end = this.#find(bytes, at)
        if (end === incomplete) {
          this.#rest = bytes.subarray(at)
          return
        }
        if (end === notOurs) at = this.#giveOne(bytes, at)
        else {
          this.#take?.(this.#place)
          at = end
        }
      }
    }
  }

  /** Goes on with what the client has begun, as far as it surely reaches. */
  #giveRest(bytes: Buffer, at: number): number {
    const { state, ma, msgBuf } = this.#parser
    const open = state === inPayload && msgBuf !== undefined ? (ma?.size ?? 0) - msgBuf.length : 0
    const end = open > 0 ? Math.min(bytes.length, at + open) : lineEnd(bytes, at)
    this.#client(bytes.subarray(at, end))
    return end
  }

  /** One line of the protocol, with its payload where it is a message's. */
  #giveOne(bytes: Buffer, at: number): number {
    const end = lineEnd(bytes, at)
    const first = bytes[at]
    const isMessage = first === letterM || first === letterH
    const size = isMessage && bytes[end - 1] === newline ? sizeAtEnd(bytes, end) : 0
    const whole = Math.min(bytes.length, end + (isMessage ? size + 2 : 0))
    this.#client(bytes.subarray(at, whole))
    return whole
  }

  /**
   * Finds the parts of `MSG <subject> <sid> [reply] <size>` or `HMSG … <header size> <size>` and of its payload; answers
   * where the message ends. A server separates the parts by one blank; anything else is the client's to read.
   */
  #find(bytes: Buffer, start: number): number {
    const first = bytes[start]
    let at: number
    if (first === letterM) at = start + 4
    else if (first === letterH) at = start + 5
    else return notOurs
    const { length } = bytes
    const place = this.#place
    place.subject = at
    while (at < length && bytes[at] !== space) at++
    place.subjectEnd = at++
    let sid = 0
    for (; at < length && bytes[at] !== space; at++) sid = sid * 10 + (bytes[at] as number) - zero
    if (at >= length) return length - start > maxLineBytes ? notOurs : incomplete
    const take = this.takers.get(sid)
    if (take === undefined) return notOurs
    place.reply = ++at
    while (at < length && bytes[at] !== space && bytes[at] !== carriageReturn) at++
    // Without a reply this is a status, or not of the log.
    if (bytes[at] === carriageReturn) return notOurs
    place.replyEnd = at++
    let headerSize = 0
    if (first === letterH) {
      for (; at < length && bytes[at] !== space; at++) {
        if (bytes[at] === carriageReturn) return notOurs
        headerSize = headerSize * 10 + (bytes[at] as number) - zero
      }
      at++
    }
    let size = 0
    for (; at < length && bytes[at] !== carriageReturn; at++) {
      if (bytes[at] === space) return notOurs
      size = size * 10 + (bytes[at] as number) - zero
    }
    at += 2
    if (at > length) return length - start > maxLineBytes ? notOurs : incomplete
    const end = at + size
    if (end + 2 > length) return size > maxDirectBytes ? notOurs : incomplete
    if (!(headerSize <= size) || bytes[end] !== carriageReturn) return notOurs
    place.bytes = bytes
    place.start = at
    place.data = at + headerSize
    place.end = end
    this.#take = take
    return end + 2
  }
}

const notOurs = -1
const incomplete = -2
/** Longer than any line of the protocol that a reader's message begins with. */
const maxLineBytes = 8 * 1024

function lineEnd(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(newline, at)
  return end < 0 ? bytes.length : end + 1
}

/** The number that ends the line, before its CRLF. */
function sizeAtEnd(bytes: Buffer, end: number): number {
  let size = 0
  let scale = 1
  for (let at = end - 3; at > 0 && bytes[at] !== space; at--) {
    size += ((bytes[at] as number) - zero) * scale
    scale *= 10
  }
  return size
}
