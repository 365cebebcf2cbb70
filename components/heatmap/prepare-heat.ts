import { cellKinds, columnStates, type HeatCells } from './heat-cells'
import { stepOf, type Bands } from './error-steps'

/** A step of 255 is drawn as nothing: no events, or a column that is hatched. */
export const nothing = 255

/** From this step on a cell is beyond tolerance and carries the mark of its cause. */
export const firstMarked = 2

const waiting = cellKinds.indexOf('waiting')

/** Columns [from, to) that look the same. */
export interface ColumnRun {
  from: number
  to: number
}

/** A cause that runs down whole columns: one bracket with one mark says it, instead of one mark a cell. */
export interface Bracket extends ColumnRun {
  cause: number
}

export interface PreparedHeat {
  cells: HeatCells
  steps: Uint8Array
  hatched: ColumnRun[]
  brackets: Bracket[]
  /** By column: the cause that a bracket says; −1: none. */
  bracketOf: Int8Array
  /** Some cell of a compared window had no events. */
  hasGaps: boolean
}

/** Everything the drawing needs to know of 100,000 cells, decided once per change of the data. */
export function prepareHeat(cells: HeatCells, bandsOfRow: (row: number) => Bands): PreparedHeat {
  const { rows, cols, kinds, place, relative } = cells
  const steps = new Uint8Array(rows * cols).fill(nothing)
  let hasGaps = false
  const isHatched = Array.from(
    { length: cols },
    (_, col) => columnStates[cells.states[col] ?? 0] !== 'compared',
  )
  for (let row = 0; row < rows; row++) {
    const bands = bandsOfRow(row)
    for (let col = 0; col < cols; col++) {
      const i = row * cols + col
      if (isHatched[col] === true || kinds[i] === waiting) continue
      if (kinds[i] === 0) {
        hasGaps = true
        continue
      }
      const at = place[i] ?? -1
      steps[i] = at < 0 ? 0 : Math.max(1, stepOf(relative[at] ?? 0, bands))
    }
  }
  const brackets = bracketsOf(cells, steps)
  const bracketOf = new Int8Array(cols).fill(-1)
  for (const { from, to, cause } of brackets) bracketOf.fill(cause, from, to)
  return {
    cells,
    steps,
    hatched: runsOf(cols, (col) => isHatched[col] === true),
    brackets,
    bracketOf,
    hasGaps,
  }
}

const bracketShare = 0.6
const bracketRows = 6

function bracketsOf({ rows, cols, causes, place }: HeatCells, steps: Uint8Array): Bracket[] {
  const causeOf = (col: number): number => {
    const counts = new Uint16Array(8)
    let there = 0
    for (let row = 0; row < rows; row++) {
      const step = steps[row * cols + col] ?? nothing
      if (step === nothing) continue
      there++
      const at = place[row * cols + col] ?? -1
      if (step >= firstMarked && at >= 0) {
        const cause = causes[at] ?? 7
        counts[cause] = (counts[cause] ?? 0) + 1
      }
    }
    const most = counts.indexOf(Math.max(...counts))
    const n = counts[most] ?? 0
    return n >= bracketRows && n >= there * bracketShare ? most : -1
  }
  const ofColumn = Array.from({ length: cols }, (_, col) => causeOf(col))
  const brackets: Bracket[] = []
  ofColumn.forEach((cause, col) => {
    if (cause < 0) return
    const last = brackets.at(-1)
    if (last?.to === col && last.cause === cause) last.to = col + 1
    else brackets.push({ from: col, to: col + 1, cause })
  })
  return brackets
}

export function runsOf(n: number, is: (i: number) => boolean): ColumnRun[] {
  const runs: ColumnRun[] = []
  for (let i = 0; i < n; i++) {
    if (!is(i)) continue
    const last = runs.at(-1)
    if (last?.to === i) last.to = i + 1
    else runs.push({ from: i, to: i + 1 })
  }
  return runs
}

/** One pixel a cell, for an image that is stretched to the size of the map. `colours` are RGBA as little-endian words. */
export function paintCells(steps: Uint8Array, colours: Uint32Array): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(steps.length)
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] ?? nothing
    if (step !== nothing) pixels[i] = colours[step] ?? 0
  }
  return pixels
}
