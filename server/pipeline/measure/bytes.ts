/** Appends to a growing buffer; integers are LEB128, signed ones zigzag first. */
export class ByteWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length)
    this.#bytes.set(values, this.#length)
    this.#length += values.length
  }

  uint16(value: number): void {
    this.byte(value >>> 8)
    this.byte(value & 0xff)
  }

  uint32(value: number): void {
    this.uint16(value >>> 16)
    this.uint16(value & 0xffff)
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.byte((rest % 128) + 128)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
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

  uint16(): number {
    return this.byte() * 256 + this.byte()
  }

  uint32(): number {
    return this.uint16() * 65536 + this.uint16()
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
    if (this.offset + length > this.#bytes.length)
      throw new RangeError('A sketch is shorter than its length says.')
    const part = this.#bytes.subarray(this.offset, this.offset + length)
    this.offset += length
    return part
  }
}
