import { crc32 } from 'node:zlib'

const lanes = new Uint32Array(2)
const state = new Int32Array(4)

// The state after absorbing the last source: a run of events mostly shares its source.
const sourceState = new Int32Array(4)
let cachedSource: string | null = null
let cachedSeedLo = 0
let cachedSeedHi = 0

/** Absorbs a text and its length into `state`; rounds are written out because state in locals is ×3 as fast. */
function absorbText(text: string): void {
  let v0 = state[0] as number
  let v1 = state[1] as number
  let v2 = state[2] as number
  let v3 = state[3] as number
  const length = text.length
  // One word past the end carries the length, so that no two (source, id) pairs absorb the same words.
  const words = (length + 1) >> 1
  for (let i = 0; i <= words; i++) {
    let word: number
    if (i === words) word = length
    else if (2 * i + 1 < length) word = text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 16)
    else word = text.charCodeAt(2 * i)
    v3 ^= word
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= word
  }
  state[0] = v0
  state[1] = v1
  state[2] = v2
  state[3] = v3
}

function finish(marker: number): number {
  let v0 = state[0] as number
  let v1 = state[1] as number
  let v2 = state[2] as number
  let v3 = state[3] as number
  if (marker === 0xee) v2 ^= marker
  else v1 ^= marker
  for (let i = 0; i < 3; i++) {
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
  }
  state[0] = v0
  state[1] = v1
  state[2] = v2
  state[3] = v3
  return v1 ^ v3
}

function absorbSource(source: string, seedLo: number, seedHi: number): void {
  state[0] = seedLo
  state[1] = seedHi ^ 0xee
  state[2] = 0x6c796765 ^ seedLo
  state[3] = 0x74656462 ^ seedHi
  absorbText(source)
  cachedSource = source
  cachedSeedLo = seedLo
  cachedSeedHi = seedHi
  sourceState.set(state)
}

/**
 * Keyed 64-bit fingerprint of an event's identity: HalfSipHash-1-3 over UTF-16 code units, so that somebody who
 * chooses ids cannot choose collisions. Returns the shared pair [hi, lo], overwritten by the next call.
 */
export function fingerprint(source: string, id: string, seedLo: number, seedHi: number): Uint32Array {
  if (source === cachedSource && seedLo === cachedSeedLo && seedHi === cachedSeedHi) {
    state[0] = sourceState[0] as number
    state[1] = sourceState[1] as number
    state[2] = sourceState[2] as number
    state[3] = sourceState[3] as number
  } else {
    absorbSource(source, seedLo, seedHi)
  }
  absorbText(id)
  lanes[1] = finish(0xee)
  lanes[0] = finish(0xdd)
  return lanes
}

/** The partition an identity belongs to: keeps an event's duplicates together. */
export function partitionOf(source: string, id: string, partitions: number): number {
  return partitions === 1 ? 0 : crc32(`${source}\n${id}`) % partitions
}
