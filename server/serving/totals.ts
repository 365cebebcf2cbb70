import {
  mergeCells,
  mergeKeys,
  type CellShape,
  type MeasureValue,
  type StoredCell,
  answer,
} from '../pipeline'
import { hasEvents } from './merge'
import type { ContributionKind, TotalRow } from './totals-store'

/** A total, and the measures it cannot tell exactly (from sketches) or not at all (too many sketches). */
export interface Total {
  cell: StoredCell
  approximate: boolean
  omitsSketches: boolean
}

/** The cell of all contributions of one kind. */
export function totalOfRow(shape: CellShape, row: TotalRow): Total {
  const single = row.cells <= 1
  if (shape.layout.sketches.length === 0 || single) {
    return {
      cell: { acc: row.acc, sketch: row.sketches?.[0] ?? null },
      approximate: false,
      omitsSketches: !single,
    }
  }
  if (row.sketches === null) {
    return {
      cell: { acc: withoutSketchSlots(shape, row.acc), sketch: null },
      approximate: false,
      omitsSketches: true,
    }
  }
  const blank = row.acc.map(() => null)
  const merged = mergeKeys(
    shape,
    row.sketches.map((sketch) => ({ acc: blank, sketch })),
  )
  const acc = row.acc.map((text, i) => (isSketchSlot(shape, i) ? (merged.acc[i] ?? text) : text))
  return { cell: { acc, sketch: merged.sketch }, approximate: true, omitsSketches: false }
}

/** Disjoint totals together; null: there is nothing to add up. */
export function addTotals(shape: CellShape, totals: readonly Total[]): Total | null {
  const parts = totals.filter(({ cell }) => hasEvents(cell))
  const [first, ...rest] = parts
  if (first === undefined) return null
  if (rest.length === 0) return first
  const sketched = shape.layout.sketches.length > 0
  const omitsSketches = sketched && parts.some(({ cell }) => cell.sketch === null)
  const cell = parts.map((part) => part.cell).reduce((sum, part) => mergeCells(shape, sum, part))
  return {
    cell: omitsSketches ? { acc: withoutSketchSlots(shape, cell.acc), sketch: null } : cell,
    approximate: sketched && !omitsSketches,
    omitsSketches,
  }
}

export interface LayerTotals {
  merged: Total | null
  batch: Total | null
  speed: Total | null
  touchedAfterCut: boolean
}

/** merged = version ⊕ after; batch = version; speed = before ⊕ after. */
export function layersOf(shape: CellShape, rows: readonly TotalRow[]): LayerTotals {
  const by = (kind: ContributionKind) =>
    rows.filter((row) => row.kind === kind).map((row) => totalOfRow(shape, row))
  const version = by('version')
  const after = by('after')
  return {
    merged: addTotals(shape, [...version, ...after]),
    batch: addTotals(shape, version),
    speed: addTotals(shape, [...by('before'), ...after]),
    touchedAfterCut: rows.some((row) => row.kind === 'after'),
  }
}

export function answerOf(
  shape: CellShape,
  total: Total | null,
  names: readonly string[],
): Record<string, MeasureValue> {
  const all = total === null ? {} : answer(shape, total.cell)
  return Object.fromEntries(names.map((name) => [name, all[name] ?? null]))
}

const isSketchSlot = (shape: CellShape, i: number) => (shape.layout.slots[i]?.sketch ?? -1) >= 0

const withoutSketchSlots = (shape: CellShape, acc: readonly (string | null)[]) =>
  acc.map((text, i) => (isSketchSlot(shape, i) ? null : text))

/** Rows of one point (or key), which follow each other, together. */
export function byPoint(rows: readonly TotalRow[]): TotalRow[][] {
  const groups: TotalRow[][] = []
  for (const row of rows) {
    const last = groups.at(-1)
    if (last?.[0]?.point === row.point) last.push(row)
    else groups.push([row])
  }
  return groups
}
