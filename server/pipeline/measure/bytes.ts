let scratch = new Uint8Array(65_536)

/** Set in numbers of fixed width and before a varint, so that SQL gets their hex without padding it: lpad is slow. */
export const TOP_BIT = 2 ** 31
export const MARK = 128

/**
 * Writes into one scratch buffer that every writer shares, so only one may be in use at a time. Integers are
 * big-endian, lengths and counts LEB128.
 */
export class ByteWriter {
  #length = 0

  get length(): number {
    return this.#length
  }

  byte(value: number): void {
    if (this.#length >= scratch.length) this.#grow(1)
    scratch[this.#length++] = value
  }

  bytes(values: Uint8Array): void {
    if (this.#length + values.length > scratch.length) this.#grow(values.length)
    scratch.set(values, this.#length)
    this.#length += values.length
  }

  uint24(value: number): void {
    this.byte((value >>> 16) & 255)
    this.byte((value >>> 8) & 255)
    this.byte(value & 255)
  }

  uint32(value: number): void {
    this.byte(value >>> 24)
    this.uint24(value)
  }

  markedVarint(value: number): void {
    this.byte(MARK)
    this.varint(value)
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.byte((rest % 128) + 128)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
  }

  /** Leaves room for a uint32 that `close` fills with the number of bytes written since. */
  open(): number {
    this.uint32(0)
    return this.#length
  }

  close(opened: number): void {
    const end = this.#length
    this.#length = opened - 4
    this.uint32(TOP_BIT + end - opened)
    this.#length = end
  }

  finish(): Uint8Array {
    return scratch.slice(0, this.#length)
  }

  #grow(more: number): void {
    const grown = new Uint8Array(Math.max(scratch.length * 2, this.#length + more))
    grown.set(scratch)
    scratch = grown
  }
}

export class ByteReader {
  offset = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.offset >= this.#bytes.length
  }

  byte(): number {
    const value = this.#bytes[this.offset++]
    if (value === undefined) throw new RangeError('A sketch ends before its last entry.')
    return value
  }

  uint24(): number {
    return (this.byte() << 16) | (this.byte() << 8) | this.byte()
  }

  uint32(): number {
    return this.byte() * 2 ** 24 + this.uint24()
  }

  markedVarint(): number {
    if (this.byte() !== MARK) throw new RangeError('A sketch has no mark where one belongs.')
    return this.varint()
  }

  varint(): number {
    let value = 0
    let unit = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 127) * unit
      if (byte < 128) return value
      unit *= 128
    }
  }

  take(length: number): Uint8Array {
    if (this.offset + length > this.#bytes.length) {
      throw new RangeError('A sketch is shorter than its length says.')
    }
    const part = this.#bytes.subarray(this.offset, this.offset + length)
    this.offset += length
    return part
  }
}
