import { isUtf8 } from 'node:buffer'
import { valueProblem } from './json-value'
import { maxAttributeBytes, maxAttributes } from './limits'
import { parseInstantBytes } from './rfc3339'

const quote = 34
const comma = 44
const colon = 58
const openBrace = 123
const closeBrace = 125
const openBracket = 91
const closeBracket = 93
const minus = 45
const point = 46
const zero = 48
const nine = 57
const space = 32

// Escapes, and white space other than blanks, go the slow way.
const plainAscii = /^[ !-[\]-~]*$/
const plainLatin = /^[ !-[\]-~\u0080-\u00FF]*$/

const seenSpecversion = 1
const seenId = 2
const seenSource = 4
const seenType = 8
const seenTime = 16
const seenSubject = 32
const seenData = 64
const seenTraceparent = 128
const requiredSeen = seenSpecversion | seenId | seenSource | seenType

const bytesOf = (text: string) => Buffer.from(text, 'utf8')
const names = {
  id: bytesOf('id'),
  data: bytesOf('data'),
  source: bytesOf('source'),
  subject: bytesOf('subject'),
  specversion: bytesOf('specversion'),
  type: bytesOf('type'),
  time: bytesOf('time'),
  dataschema: bytesOf('dataschema'),
  traceparent: bytesOf('traceparent'),
}
const literals = { true: bytesOf('true'), false: bytesOf('false'), null: bytesOf('null') }

/**
 * Reads one structured CloudEvent out of its JSON text without building objects: the attributes and the wanted
 * top-level fields of data. `scan` says false for anything it is not sure of (invalid, escaped, repeated or odd
 * input): the caller then parses the text in full, which alone decides what is wrong. Equal to the full parser on
 * everything it accepts; a fuzz test holds it to that. Single characters are read from the bytes and strings cut
 * from a Latin-1 view of them: measured five times cheaper than charCodeAt and startsWith.
 */
export class EventScanner {
  id = ''
  source = ''
  type = ''
  /** NaN when the event's time is not RFC 3339, null when it has none. */
  time: number | null = null
  subject: string | null = null
  traceparent: string | null = null
  readonly values: unknown[]

  readonly #keys: Uint8Array[]
  #bytes: Buffer = Buffer.alloc(0)
  #text = ''
  #ascii = true
  #at = 0
  #value: unknown = undefined

  constructor(fields: readonly string[]) {
    this.#keys = fields.map(bytesOf)
    this.values = fields.map(() => null)
  }

  scan(bytes: Buffer): boolean {
    const text = bytes.toString('latin1')
    this.#ascii = plainAscii.test(text)
    if (!this.#ascii && !(plainLatin.test(text) && isUtf8(bytes))) return false
    this.#bytes = bytes
    this.#text = text
    this.#at = 0
    this.time = null
    this.subject = null
    this.traceparent = null
    this.values.fill(null)
    return this.#event()
  }

  #event(): boolean {
    const bytes = this.#bytes
    this.#blanks()
    if (bytes[this.#at++] !== openBrace) return false
    let seen = 0
    for (let count = 0; count < maxAttributes; count++) {
      const bit = this.#attribute()
      if (bit < 0 || (seen & bit) !== 0) return false
      seen |= bit
      const next = this.#separator()
      if (next === comma) continue
      if (next !== closeBrace) return false
      this.#blanks()
      return this.#at === bytes.length && (seen & requiredSeen) === requiredSeen
    }
    return false
  }

  /** Reads `"name": value` at the top level: the attribute's bit, 0 for one not needed, −1 to give up. */
  #attribute(): number {
    const start = this.#key()
    if (start < 0) return -1
    const end = this.#at - 1
    if (!this.#colon()) return -1
    switch (end - start) {
      case 2:
        if (this.#is(start, names.id)) return (this.id = this.#name()) === '' ? -1 : seenId
        break
      case 4:
        if (this.#is(start, names.data)) return this.#data() ? seenData : -1
        if (this.#is(start, names.type)) return (this.type = this.#name()) === '' ? -1 : seenType
        if (this.#is(start, names.time)) return this.#time() ? seenTime : -1
        break
      case 6:
        if (this.#is(start, names.source)) return (this.source = this.#name()) === '' ? -1 : seenSource
        break
      case 7:
        if (this.#is(start, names.subject)) return (this.subject = this.#name()) === '' ? -1 : seenSubject
        break
      case 10:
        if (this.#is(start, names.dataschema)) return -1
        break
      case 11:
        if (this.#is(start, names.specversion)) return this.#name() === '1.0' ? seenSpecversion : -1
        if (this.#is(start, names.traceparent))
          return (this.traceparent = this.#name()) === '' ? -1 : seenTraceparent
        break
    }
    return this.#otherAttribute(start, end)
  }

  #is(start: number, name: Uint8Array): boolean {
    const bytes = this.#bytes
    for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false
    return true
  }

  #time(): boolean {
    const start = this.#at + 1
    if (this.#name() === '') return false
    this.time = parseInstantBytes(this.#bytes, start, this.#at - 1)
    return true
  }

  #otherAttribute(start: number, end: number): number {
    if (start === end) return -1
    for (let i = start; i < end; i++) {
      const c = this.#bytes[i] as number
      if (!((c >= 97 && c <= 122) || (c >= 48 && c <= 57))) return -1
    }
    return this.#name() === '' ? -1 : 0
  }

  /** A string of unremarkable length; '' to give up. */
  #name(): string {
    if (this.#bytes[this.#at] !== quote) return ''
    const start = this.#at + 1
    const end = this.#text.indexOf('"', start)
    if (end < 0 || end - start > maxAttributeBytes) return ''
    this.#at = end + 1
    return this.#slice(start, end)
  }

  #slice(start: number, end: number): string {
    return this.#ascii ? this.#text.slice(start, end) : this.#bytes.toString('utf8', start, end)
  }

  #data(): boolean {
    const bytes = this.#bytes
    if (bytes[this.#at] !== openBrace) return this.#plainValue(false)
    this.#at++
    this.#blanks()
    if (bytes[this.#at] === closeBrace) {
      this.#at++
      return true
    }
    let expected = 0
    let seen = 0
    for (;;) {
      const start = this.#key()
      if (start < 0) return false
      const field = this.#field(start, this.#at - 1 - start, expected)
      // Fields beyond the 30th cannot be marked as seen: their events take the slow way.
      if (field >= 30 || !this.#colon() || !this.#plainValue(field >= 0)) return false
      if (field >= 0) {
        if ((seen & (1 << field)) !== 0) return false
        seen |= 1 << field
        this.values[field] = this.#value
        expected = field + 1
      }
      const next = this.#separator()
      if (next !== comma) return next === closeBrace
    }
  }

  /** Which wanted field a key is, trying first the one after the last found: producers keep their order. */
  #field(start: number, length: number, expected: number): number {
    const keys = this.#keys
    const likely = keys[expected]
    if (likely?.length === length && this.#is(start, likely)) return expected
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as Uint8Array
      if (key.length === length && this.#is(start, key)) return i
    }
    return -1
  }

  /** Reads any value; keeps it when wanted. A container is checked by parsing its own text. */
  #plainValue(wanted: boolean): boolean {
    const c = this.#bytes[this.#at] as number
    if (c === quote) {
      const start = this.#at + 1
      const end = this.#text.indexOf('"', start)
      if (end < 0) return false
      this.#at = end + 1
      if (wanted) this.#value = this.#slice(start, end)
      return true
    }
    if (c === minus || (c >= zero && c <= nine)) return this.#number(wanted)
    if (c === openBrace || c === openBracket) return this.#container()
    if (c === literals.true[0]) return this.#literal(literals.true, true)
    if (c === literals.false[0]) return this.#literal(literals.false, false)
    return c === literals.null[0] && this.#literal(literals.null, null)
  }

  #literal(name: Uint8Array, value: boolean | null): boolean {
    if (!this.#is(this.#at, name)) return false
    this.#at += name.length
    this.#value = value
    return true
  }

  #number(wanted: boolean): boolean {
    const start = this.#at
    const first = this.#bytes[start] === minus ? start + 1 : start
    let at = this.#digits(first)
    if (at === first || (this.#bytes[first] === zero && at > first + 1)) return false
    if (this.#bytes[at] === point) {
      const fraction = at + 1
      at = this.#digits(fraction)
      if (at === fraction) return false
    }
    // Exponents and very long numbers may be out of range.
    const next = this.#bytes[at]
    if (next === 101 || next === 69 || at - start > 300) return false
    this.#at = at
    if (wanted) this.#value = Number(this.#text.slice(start, at))
    return true
  }

  /** Where the digits from a position on end. */
  #digits(at: number): number {
    const bytes = this.#bytes
    let c = bytes[at] as number
    while (c >= zero && c <= nine) c = bytes[++at] as number
    return at
  }

  #container(): boolean {
    const start = this.#at
    const end = this.#containerEnd(start)
    if (end < 0) return false
    this.#at = end
    try {
      this.#value = JSON.parse(this.#slice(start, end))
    } catch {
      return false
    }
    // One level deeper than data itself.
    return valueProblem(this.#value, 1) === null
  }

  /** Where the brackets balance, whatever their kind: the parser refuses what does not match. */
  #containerEnd(start: number): number {
    let depth = 0
    for (let at = start; at < this.#bytes.length; at++) {
      const c = this.#bytes[at]
      if (c === quote) {
        at = this.#text.indexOf('"', at + 1)
        if (at < 0) return -1
      } else if (c === openBrace || c === openBracket) depth++
      else if ((c === closeBrace || c === closeBracket) && --depth === 0) return at + 1
    }
    return -1
  }

  /** Start of the key at the cursor, which moves behind its closing quote; −1 when there is none. */
  #key(): number {
    this.#blanks()
    if (this.#bytes[this.#at] !== quote) return -1
    const start = this.#at + 1
    const end = this.#text.indexOf('"', start)
    if (end < 0) return -1
    this.#at = end + 1
    return start
  }

  #colon(): boolean {
    this.#blanks()
    if (this.#bytes[this.#at] !== colon) return false
    this.#at++
    this.#blanks()
    return true
  }

  #separator(): number | undefined {
    this.#blanks()
    return this.#bytes[this.#at++]
  }

  #blanks(): void {
    while (this.#bytes[this.#at] === space) this.#at++
  }
}
