import type { Instant } from '../pipeline'
import type { WorstRow, KeyCells } from './divergence-grid-store'
import { segmentAt, type Segment } from './divergence-segments'
import { causes, type DivergenceState } from './divergence-words'

/** What a column says of all its cells. */
export const columnStates = ['compared', 'in_flight', 'awaiting', 'uncompared'] as const
/** What a cell is; the states of a differing one follow `equal`. */
export const cellKinds = ['none', 'equal', 'corrected', 'open', 'partial', 'in_flight'] as const

/**
 * A heatmap as columns of bytes: 100,000 cells in some 130 kB of text. `kinds` is dense, row by row; the other
 * arrays hold the differing cells alone, in the order of `kinds`. All are base64, numbers little-endian.
 */
export interface PackedCells {
  kinds: string
  columns: string
  /** float32 */
  relative: string
  /** Index into the causes, one byte. */
  causes: string
  /** float64; NaN: no value. */
  speed: string
  batch: string
  /** Which window of its step the error is from; uint16. */
  offsets: string
  differing: number
}

export interface PackInput {
  keys: readonly string[]
  cols: number
  from: Instant
  stepMs: number
  windowSizeMs: number
  allowedMs: number
  boundary: Instant | null
  segments: readonly Segment[]
  existing: readonly KeyCells[]
  worst: readonly WorstRow[]
}

export function packGrid(input: PackInput): PackedCells {
  const { keys, cols } = input
  const rowOf = new Map(keys.map((key, row) => [key, row]))
  const kinds = new Uint8Array(keys.length * cols)
  for (const { key, cols: columns } of input.existing) {
    const row = rowOf.get(key)
    if (row === undefined) continue
    for (const col of columns) if (col >= 0 && col < cols) kinds[row * cols + col] = 1
  }
  const placed = input.worst
    .flatMap((cell) => {
      const row = rowOf.get(cell.key)
      return row === undefined || cell.col < 0 || cell.col >= cols
        ? []
        : [{ cell, at: row * cols + cell.col }]
    })
    .sort((a, b) => a.at - b.at)
  for (const { cell, at } of placed)
    kinds[at] = cellKinds.indexOf(stateOf(cell, segmentAt(input.segments, cell.windowStart)))
  const numbers = (values: number[]) => bytes(new Float64Array(values))
  return {
    kinds: bytes(kinds),
    columns: bytes(columnsOf(input)),
    relative: bytes(new Float32Array(placed.map(({ cell }) => cell.relative))),
    causes: bytes(new Uint8Array(placed.map(({ cell }) => Math.max(0, causes.indexOf(cell.mainCause))))),
    speed: numbers(placed.map(({ cell }) => numberOf(cell.speed))),
    batch: numbers(placed.map(({ cell }) => numberOf(cell.batch))),
    offsets: bytes(
      new Uint16Array(
        placed.map(
          ({ cell }) => (cell.windowStart - input.from - cell.col * input.stepMs) / input.windowSizeMs,
        ),
      ),
    ),
    differing: placed.length,
  }
}

/** Corrected is what a version answers that is no older than the one that found the difference. */
export function stateOf(
  { state, versionId }: { state: 'settled' | 'in_flight' | 'partial'; versionId: number },
  segment: Segment | undefined,
): DivergenceState {
  if (state !== 'settled') return state
  const active = segment?.active ?? null
  return active !== null && active >= versionId ? 'corrected' : 'open'
}

function columnsOf({ cols, from, stepMs, segments, boundary, ...input }: PackInput): Uint8Array {
  return Uint8Array.from({ length: cols }, (_, col) => {
    const start = from + col * stepMs
    const end = start + stepMs
    const inside = segments.filter((segment) => segment.to > start && segment.from < end)
    const seen = inside.filter(({ comparedBy }) => comparedBy !== null)
    if (seen.length === 0)
      return columnStates.indexOf(start >= (boundary ?? -Infinity) ? 'awaiting' : 'uncompared')
    const settled = seen.some(({ comparedBy, from: since }) => {
      const firstEnd = Math.max(start, since) + input.windowSizeMs
      return firstEnd + input.allowedMs <= (comparedBy?.watermark ?? -Infinity)
    })
    return columnStates.indexOf(settled ? 'compared' : 'in_flight')
  })
}

const numberOf = (text: string | null): number => (text === null ? Number.NaN : Number(text))

const bytes = (values: Uint8Array | Uint16Array | Float32Array | Float64Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')
