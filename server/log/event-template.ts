import { maxAttributeBytes } from './limits'
import { parseInstantBytes } from './rfc3339'

const quote = 34
const comma = 44
const minus = 45
const point = 46
const zero = 48
const nine = 57
const colon = 58
const openBrace = 123
const closeBrace = 125
const openBracket = 91
const closeBracket = 93
const space = 32

/** 1: a byte that stands for itself inside a JSON string. */
const plain = Uint8Array.from({ length: 256 }, (_, c) =>
  c >= 32 && c <= 126 && c !== quote && c !== 92 ? 1 : 0,
)

const kinds = {
  id: 0,
  source: 1,
  subject: 2,
  time: 3,
  attribute: 4,
  text: 5,
  number: 6,
  traceparent: 7,
} as const
type Kind = (typeof kinds)[keyof typeof kinds]

interface Span {
  kind: Kind
  /** Index of the wanted field; −1: only its validity counts. */
  field: number
  start: number
  end: number
}

/** Where a scanner puts what it read. */
export interface ScannedEvent {
  id: string
  source: string
  type: string
  time: number | null
  subject: string | null
  traceparent: string | null
  readonly values: unknown[]
}

/**
 * The bytes that events of one producer share, learned from an event that was read in full: what lies between its
 * texts and numbers. Another event with the same bytes there has the same structure, names, type and specversion, so
 * only the texts and numbers are left to check. Anything else in them than plain ASCII is left to the full scanner.
 */
export class EventTemplate {
  readonly #literal: Uint8Array
  /** End of each literal stretch in `#literal`; one more than spans. */
  readonly #ends: number[]
  readonly #kinds: Kind[]
  readonly #fields: number[]
  readonly #type: string
  /** Values of wanted fields that are part of the shared bytes; null where absent. */
  readonly #fixed: unknown[]
  #source = ''
  #sourceBytes: Uint8Array = new Uint8Array(0)
  #minute: Uint8Array = new Uint8Array(0)
  #minuteAt = 0
  #number = 0

  constructor(bytes: Buffer, spans: readonly Span[], type: string, fixed: unknown[]) {
    const stretches: Uint8Array[] = []
    let from = 0
    for (const span of spans) {
      stretches.push(bytes.subarray(from, span.start))
      from = span.end
    }
    stretches.push(bytes.subarray(from))
    this.#literal = Uint8Array.from(Buffer.concat(stretches))
    let end = 0
    this.#ends = stretches.map((stretch) => (end += stretch.length))
    this.#kinds = spans.map((span) => span.kind)
    this.#fields = spans.map((span) => span.field)
    this.#type = type
    this.#fixed = fixed
  }

  /** False, with `out` in any state, when the event in `from` to `to` is not surely of this form. */
  match(bytes: Buffer, from: number, to: number, out: ScannedEvent): boolean {
    const literal = this.#literal
    const ends = this.#ends
    const spans = this.#kinds
    const { values } = out
    out.type = this.#type
    out.time = null
    out.subject = null
    out.traceparent = null
    for (let i = 0; i < values.length; i++) values[i] = this.#fixed[i]
    let at = from
    let l = 0
    for (let s = 0; s < spans.length; s++) {
      for (const end = ends[s] as number; l < end; l++) if (bytes[at++] !== literal[l]) return false
      const start = at
      const kind = spans[s]
      const field = this.#fields[s] as number
      if (kind === kinds.number) {
        at = this.#readNumber(bytes, start, field >= 0)
        if (at < 0) return false
        if (field >= 0) values[field] = this.#number
        continue
      }
      while (plain[bytes[at] as number] === 1) at++
      if (kind === kinds.text) {
        if (field >= 0) values[field] = bytes.toString('latin1', start, at)
        continue
      }
      if (at === start || at - start > maxAttributeBytes) return false
      if (kind === kinds.id) out.id = bytes.toString('latin1', start, at)
      else if (kind === kinds.source) out.source = this.#readSource(bytes, start, at)
      else if (kind === kinds.time) out.time = this.#readTime(bytes, start, at)
      else if (kind === kinds.subject) out.subject = bytes.toString('latin1', start, at)
      else if (kind === kinds.traceparent) out.traceparent = bytes.toString('latin1', start, at)
    }
    for (; l < literal.length; l++) if (bytes[at++] !== literal[l]) return false
    return at === to
  }

  /** Producers keep their source: the same text again is the same string. */
  #readSource(bytes: Buffer, start: number, end: number): string {
    const known = this.#sourceBytes
    let i = known.length
    if (i === end - start) while (--i >= 0 && bytes[start + i] === known[i]);
    if (i < 0) return this.#source
    this.#sourceBytes = Uint8Array.from(bytes.subarray(start, end))
    return (this.#source = bytes.toString('latin1', start, end))
  }

  /** `2026-01-31T12:00:59.999Z` in the minute of the last one needs its seconds only. */
  #readTime(bytes: Buffer, start: number, end: number): number {
    const minute = this.#minute
    let i = minute.length
    while (--i >= 0 && bytes[start + i] === minute[i]);
    const isShort = end - start === 24 && bytes[start + 19] === point && bytes[end - 1] === 90
    if (i >= 0 || minute.length === 0 || !isShort) return this.#readFullTime(bytes, start, end, isShort)
    const second = digitsAt(bytes, start + 17, 2)
    const ms = digitsAt(bytes, start + 20, 3)
    return second < 60 && ms >= 0
      ? this.#minuteAt + second * 1_000 + ms
      : parseInstantBytes(bytes, start, end)
  }

  #readFullTime(bytes: Buffer, start: number, end: number, isShort: boolean): number {
    const time = parseInstantBytes(bytes, start, end)
    const second = isShort ? digitsAt(bytes, start + 17, 2) : 60
    if (second < 60 && !Number.isNaN(time)) {
      this.#minute = Uint8Array.from(bytes.subarray(start, start + 17))
      this.#minuteAt = time - second * 1_000 - digitsAt(bytes, start + 20, 3)
    }
    return time
  }

  /**
   * Reads a JSON number without exponent into `#number`; where it ends, −1 for another. Up to 15 digits are exact in
   * a double, and so is the power of ten: one division rounds as reading the text would.
   */
  #readNumber(bytes: Buffer, start: number, wanted: boolean): number {
    let at = start
    const isNegative = bytes[at] === minus
    if (isNegative) at++
    const first = at
    let value = 0
    let c = bytes[at] as number
    for (; c >= zero && c <= nine; c = bytes[++at] as number) value = value * 10 + c - zero
    let count = at - first
    if (count === 0 || (count > 1 && bytes[first] === zero)) return -1
    let scale = 1
    if (c === point) {
      const fraction = ++at
      c = bytes[at] as number
      for (; c >= zero && c <= nine; c = bytes[++at] as number) {
        value = value * 10 + c - zero
        scale *= 10
      }
      if (at === fraction) return -1
      count += at - fraction
    }
    if (count > 15) {
      if (count > 300) return -1
      if (wanted) this.#number = Number(bytes.toString('latin1', start, at))
      return at
    }
    this.#number = (isNegative ? -value : value) / scale
    return at
  }
}

function digitsAt(bytes: Buffer, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = (bytes[i] as number) - zero
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/** The template of an event that the full scanner has accepted, which alone makes these shortcuts right. */
export function learnTemplate(bytes: Buffer, type: string, fields: readonly string[]): EventTemplate | null {
  return new Learner(bytes, fields).learn(type)
}

const attributeKinds: Record<string, Kind> = {
  id: kinds.id,
  source: kinds.source,
  subject: kinds.subject,
  time: kinds.time,
  traceparent: kinds.traceparent,
}

class Learner {
  readonly #spans: Span[] = []
  readonly #fixed: unknown[]
  #at = 0

  constructor(
    readonly bytes: Buffer,
    readonly fields: readonly string[],
  ) {
    this.#fixed = fields.map(() => null)
  }

  learn(type: string): EventTemplate | null {
    this.#members((name) => {
      const c = this.bytes[this.#at]
      if (name === 'data' && c === openBrace) this.#members((key) => this.#dataMember(key))
      else if (c === quote && name !== 'type' && name !== 'specversion') {
        this.#text(Object.hasOwn(attributeKinds, name) ? (attributeKinds[name] as Kind) : kinds.attribute, -1)
      } else this.#skip()
    })
    return this.#at === this.bytes.length
      ? new EventTemplate(this.bytes, this.#spans, type, this.#fixed)
      : null
  }

  #dataMember(name: string): void {
    const field = this.fields.indexOf(name)
    const start = this.#at
    const c = this.bytes[start] as number
    if (c === quote) this.#text(kinds.text, field)
    else if (c === minus || (c >= zero && c <= nine)) {
      this.#skip()
      this.#spans.push({ kind: kinds.number, field, start, end: this.#at })
    } else {
      this.#skip()
      if (field >= 0) this.#fixed[field] = JSON.parse(this.bytes.toString('utf8', start, this.#at)) as unknown
    }
  }

  /** Visits the members of the object at the cursor, which ends up behind it and the blanks after it. */
  #members(visit: (name: string) => void): void {
    this.#blanks()
    this.#at++
    this.#blanks()
    while (this.bytes[this.#at] === quote) {
      const start = this.#at + 1
      this.#at = this.bytes.indexOf(quote, start) + 1
      const name = this.bytes.toString('utf8', start, this.#at - 1)
      this.#blanks()
      if (this.bytes[this.#at] === colon) this.#at++
      this.#blanks()
      visit(name)
      this.#blanks()
      if (this.bytes[this.#at] !== comma) break
      this.#at++
      this.#blanks()
    }
    if (this.bytes[this.#at] === closeBrace) this.#at++
    this.#blanks()
  }

  #text(kind: Kind, field: number): void {
    const start = this.#at + 1
    const end = this.bytes.indexOf(quote, start)
    this.#spans.push({ kind, field, start, end })
    this.#at = end + 1
  }

  /** Moves behind a value of any kind; strings hold no escaped quotes here. */
  #skip(): void {
    let depth = 0
    for (; this.#at < this.bytes.length; this.#at++) {
      const c = this.bytes[this.#at]
      if (c === quote) this.#at = this.bytes.indexOf(quote, this.#at + 1)
      else if (c === openBrace || c === openBracket) depth++
      else if (depth === 0 && (c === comma || c === closeBrace || c === space)) return
      else if ((c === closeBrace || c === closeBracket) && --depth === 0) {
        this.#at++
        return
      }
    }
  }

  #blanks(): void {
    while (this.bytes[this.#at] === space) this.#at++
  }
}
