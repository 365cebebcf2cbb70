/** A header block as it came off the wire, parsed when first asked. */
export class MessageHeader {
  readonly #block: Uint8Array | null
  #entries: [name: string, value: string][] | undefined

  constructor(block: Uint8Array | null) {
    this.#block = block
  }

  /** The first value of a header; `name` in lower case. */
  get(name: string): string | undefined {
    for (const entry of this.entries()) if (entry[0] === name) return entry[1]
    return undefined
  }

  /** Names in lower case, in order; NATS values may be padded with spaces. */
  entries(): readonly [name: string, value: string][] {
    return (this.#entries ??= this.#block === null ? [] : parse(this.#block))
  }
}

function parse(block: Uint8Array): [string, string][] {
  const text = Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString()
  const entries: [string, string][] = []
  // The first line is the protocol version, with a status code when the server itself speaks.
  for (let start = text.indexOf('\r\n') + 2; start > 1 && start < text.length;) {
    const next = text.indexOf('\r\n', start)
    const end = next < 0 ? text.length : next
    const colon = text.indexOf(':', start)
    if (colon > 0 && colon < end) {
      entries.push([text.slice(start, colon).toLowerCase(), text.slice(colon + 1, end).trim()])
    }
    start = end + 2
  }
  return entries
}

/** The media type without parameters, lower case. */
export const mediaType = (contentType: string | undefined): string =>
  (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

export const isJsonMediaType = (type: string): boolean =>
  type === 'application/json' || type === 'text/json' || type.endsWith('+json')

export const frameType = 'application/vnd.parallax.frame+json'
export const structuredType = 'application/cloudevents+json'
export const batchType = 'application/cloudevents-batch+json'
export const linesType = 'application/x-ndjson'
