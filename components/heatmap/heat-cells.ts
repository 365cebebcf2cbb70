import { causes } from '@/components/ui/mark'
import type { Cause } from '@/components/ui/mark'

/** As the server packs them; see the grid it sends. */
export interface PackedCells {
  kinds: string
  columns: string
  relative: string
  causes: string
  speed: string
  batch: string
  offsets: string
}

/** `waiting` is drawn as a column that waits, in one row alone. */
export const cellKinds = ['none', 'equal', 'corrected', 'open', 'partial', 'in_flight', 'waiting'] as const
export type CellKind = (typeof cellKinds)[number]
export const columnStates = ['compared', 'in_flight', 'awaiting', 'uncompared'] as const
export type ColumnState = (typeof columnStates)[number]

/** A heatmap in flat arrays, row by row: 100,000 cells are a few hundred kilobytes, not 100,000 objects. */
export interface HeatCells {
  rows: number
  cols: number
  kinds: Uint8Array
  /** By column. */
  states: Uint8Array
  /** Of each cell the place of its figures in the arrays below; −1 where speed and batch agree. */
  place: Int32Array
  relative: Float32Array
  causes: Uint8Array
  speed: Float64Array
  batch: Float64Array
  offsets: Uint16Array
}

const firstDiffering = cellKinds.indexOf('corrected')

export function decodeCells(packed: PackedCells, rows: number, cols: number): HeatCells {
  const kinds = bytesOf(packed.kinds)
  const place = new Int32Array(kinds.length).fill(-1)
  let next = 0
  for (let i = 0; i < kinds.length; i++) if ((kinds[i] ?? 0) >= firstDiffering) place[i] = next++
  return {
    rows,
    cols,
    kinds,
    states: bytesOf(packed.columns),
    place,
    relative: new Float32Array(bytesOf(packed.relative).buffer),
    causes: bytesOf(packed.causes),
    speed: new Float64Array(bytesOf(packed.speed).buffer),
    batch: new Float64Array(bytesOf(packed.batch).buffer),
    offsets: new Uint16Array(bytesOf(packed.offsets).buffer),
  }
}

/** One grid of several of one row each, as pipelines are sent. */
export function stackCells(packed: readonly PackedCells[], cols: number): HeatCells {
  const parts = packed.map((row) => decodeCells(row, 1, cols))
  const place = new Int32Array(parts.length * cols).fill(-1)
  let before = 0
  parts.forEach((part, row) => {
    part.place.forEach((at, col) => {
      if (at >= 0) place[row * cols + col] = before + at
    })
    before += part.relative.length
  })
  return {
    rows: parts.length,
    cols,
    kinds: joined(Uint8Array, parts.map(kindsOf)),
    states: commonStates(parts, cols),
    place,
    relative: joined(
      Float32Array,
      parts.map((part) => part.relative),
    ),
    causes: joined(
      Uint8Array,
      parts.map((part) => part.causes),
    ),
    speed: joined(
      Float64Array,
      parts.map((part) => part.speed),
    ),
    batch: joined(
      Float64Array,
      parts.map((part) => part.batch),
    ),
    offsets: joined(
      Uint16Array,
      parts.map((part) => part.offsets),
    ),
  }
}

function kindsOf({ kinds, states }: HeatCells): Uint8Array {
  return kinds.map((kind, col) => (states[col] === 0 ? kind : cellKinds.indexOf('waiting')))
}

/** A column of several pipelines waits only if all of them do; what one lacks is drawn in its row. */
function commonStates(parts: readonly HeatCells[], cols: number): Uint8Array {
  return Uint8Array.from({ length: cols }, (_, col) =>
    Math.min(...parts.map((part) => part.states[col] ?? 0)),
  )
}

interface Numbers {
  length: number
  set: (values: never, at: number) => void
}

function joined<T extends Numbers>(Kind: new (length: number) => T, parts: readonly T[]): T {
  const all = new Kind(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part as never, at)
    at += part.length
  }
  return all
}

/** The same grid `by` columns later: the oldest leave, new ones await batch. Figures keep their places. */
export function advanceCells(cells: HeatCells, by: number): HeatCells {
  const { rows, cols } = cells
  const shift = Math.min(Math.max(0, by), cols)
  if (shift === 0) return cells
  const kinds = new Uint8Array(rows * cols)
  const place = new Int32Array(rows * cols).fill(-1)
  const states = new Uint8Array(cols).fill(columnStates.indexOf('awaiting'))
  for (let row = 0; row < rows; row++) {
    const start = row * cols
    kinds.set(cells.kinds.subarray(start + shift, start + cols), start)
    place.set(cells.place.subarray(start + shift, start + cols), start)
  }
  states.set(cells.states.subarray(shift))
  return { ...cells, kinds, place, states }
}

export const kindAt = (cells: HeatCells, row: number, col: number): CellKind =>
  cellKinds[cells.kinds[row * cells.cols + col] ?? 0] ?? 'none'

export const stateAt = (cells: HeatCells, col: number): ColumnState =>
  columnStates[cells.states[col] ?? 0] ?? 'compared'

export interface CellFigures {
  relative: number
  cause: Cause
  speed: number | null
  batch: number | null
  /** Which window of the column, where it holds several. */
  offset: number
}

/** The figures of a differing cell; null where there is none or nothing differs. */
export function figuresAt(cells: HeatCells, row: number, col: number): CellFigures | null {
  const at = cells.place[row * cells.cols + col] ?? -1
  if (at < 0) return null
  return {
    relative: cells.relative[at] ?? 0,
    cause: causes[cells.causes[at] ?? 0] ?? 'drift',
    speed: numberOrNull(cells.speed[at]),
    batch: numberOrNull(cells.batch[at]),
    offset: cells.offsets[at] ?? 0,
  }
}

const numberOrNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
