import { timeTicks } from '@/components/chart'
import { formatInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { advanceCells, bandsOf, decodeCells, prepareHeat, stackCells } from '@/components/heatmap'
import type { Bands, Cell, HeatTexts, PreparedHeat } from '@/components/heatmap'
import type { DivergenceGrid, PipelinesGrid } from '@/server/api'

/** A heatmap with its axes, ready to draw. */
export interface GridModel {
  rows: string[]
  keys: string[]
  from: number
  stepMs: number
  cols: number
  prepared: PreparedHeat
  bandsOfRow: (row: number) => Bands
  boundary: number | null
}

/** How many columns a relative range has moved on since it was read. */
export function columnsSince({ to, stepMs }: { to: number; stepMs: number }, end: number | null): number {
  return end === null ? 0 : Math.max(0, Math.floor((end - to) / stepMs))
}

export const rowName = (key: string): string => (key === '' ? '(empty)' : key)

export function keysModel(grid: DivergenceGrid, by: number): GridModel {
  const { keys, cols, stepMs, tolerance, boundary } = grid
  const bands = bandsOf(tolerance)
  const cells = advanceCells(decodeCells(grid, keys.length, cols), by)
  return {
    rows: keys.map(rowName),
    keys,
    from: grid.from + by * stepMs,
    stepMs,
    cols,
    prepared: prepareHeat(cells, () => bands),
    bandsOfRow: () => bands,
    boundary,
  }
}

export function pipelinesModel(grid: PipelinesGrid, by: number): GridModel {
  const bands = grid.rows.map(({ tolerance }) => bandsOf(tolerance))
  const bandsOfRow = (row: number) => bands[row] ?? bandsOf(0)
  const names = grid.rows.map(({ pipeline }) => pipeline)
  return {
    rows: names,
    keys: names,
    from: grid.from + by * grid.stepMs,
    stepMs: grid.stepMs,
    cols: grid.cols,
    prepared: prepareHeat(advanceCells(stackCells(grid.rows, grid.cols), by), bandsOfRow),
    bandsOfRow,
    boundary: null,
  }
}

const columnsPerTick = 9

export function textsOf(model: GridModel, zone: Zone): HeatTexts {
  const { from, stepMs, cols, boundary } = model
  const to = from + cols * stepMs
  const colOf = (at: number) => (at - from) / stepMs
  const most = Math.max(4, Math.min(40, Math.floor(cols / columnsPerTick)))
  const isInside = boundary !== null && boundary > from && boundary <= to
  return {
    rows: model.rows,
    ticks: timeTicks(from, to, zone, most).map(({ at, label }) => ({ col: colOf(at), label })),
    boundary: isInside
      ? {
          col: colOf(boundary),
          before: `batch to ${formatInstant(boundary, zone, boundary % 60_000 === 0 ? 'minute' : 'second')}`,
          after: 'awaiting',
        }
      : null,
  }
}

/** Where to open a map that is wider than its place: at the boundary, else at its end. */
export const openAtOf = ({ boundary, from, stepMs, cols }: GridModel): number =>
  boundary === null ? cols : Math.min(cols, Math.max(0, (boundary - from) / stepMs))

/** Where a window of a key is on the map; null: it is not. */
export function cellOf(model: GridModel, at: { from: number; key: string | null }): Cell | null {
  const row = at.key === null ? -1 : model.keys.indexOf(at.key)
  const col = Math.floor((at.from - model.from) / model.stepMs)
  return row >= 0 && col >= 0 && col < model.cols ? { row, col } : null
}
