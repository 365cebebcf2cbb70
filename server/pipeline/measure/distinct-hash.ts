import { hash } from 'node:crypto'

/** Distinct texts whose hash is remembered, in each of two generations. */
export const HASH_CACHE_TEXTS = 32_768
/** Longer ones are hashed each time: remembered, texts as long as an event may be would take gigabytes. */
const HASH_CACHE_CHARS = 128

/** Index bits of a sparse entry; the sketch's registers use the upper 12 of them. */
const SPARSE_BITS = 25
const REGISTER_BITS = 12
const BETWEEN_BITS = SPARSE_BITS - REGISTER_BITS
const REST_BITS = 64 - SPARSE_BITS

let young = new Map<string, number>()
let old = new Map<string, number>()

function computeEntry(text: string): number {
  const digest = hash('md5', text, 'buffer')
  // DuckDB's md5_number_lower: the last eight bytes, little-endian.
  const lo = digest.readUInt32LE(8)
  const hi = digest.readUInt32LE(12)
  const index = hi >>> 7
  if ((index & (2 ** BETWEEN_BITS - 1)) !== 0) return index * 64
  const upper = hi & 127
  const rank = upper !== 0 ? Math.clz32(upper) - 24 : 8 + Math.clz32(lo)
  return index * 64 + rank
}

/**
 * What a text adds to a distinct sketch: 25 bits of hash, then 6 bits that hold the rank of the remaining 39 where
 * the register's own rank is not decided by the 25.
 */
export function distinctEntry(text: string): number {
  if (text.length > HASH_CACHE_CHARS) return computeEntry(text)
  const known = young.get(text)
  if (known !== undefined) return known
  const entry = old.get(text) ?? computeEntry(text)
  if (young.size >= HASH_CACHE_TEXTS) {
    old = young
    young = new Map()
  }
  young.set(text, entry)
  return entry
}

export function registerOf(entry: number): number {
  return entry >>> (6 + BETWEEN_BITS)
}

export function rankOf(entry: number): number {
  const between = (entry >>> 6) & (2 ** BETWEEN_BITS - 1)
  return between !== 0 ? Math.clz32(between) - (32 - BETWEEN_BITS) + 1 : BETWEEN_BITS + (entry & 63)
}

/** SQL of `distinctEntry` over the text's hash `h` (UBIGINT). log2 is exact enough: 39 bits fit a double. */
export function distinctEntrySql(h: string): string {
  const rest = `(${h} & ${2 ** REST_BITS - 1})`
  const rank = `CASE WHEN ${rest} = 0 THEN ${REST_BITS + 1} ELSE ${REST_BITS} - floor(log2(${rest}::DOUBLE)) END`
  const index = `(${h} >> ${REST_BITS})`
  return `(${index} * 64 + CASE WHEN (${index} & ${2 ** BETWEEN_BITS - 1}) <> 0 THEN 0 ELSE ${rank} END)::INTEGER`
}
