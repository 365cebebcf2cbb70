import type { Pool } from '../clients'
import type { CompiledPipeline, MeasureValue } from '../pipeline'
import { add, subtract } from './decimal'
import {
  changedWindows,
  comparisonsOf,
  countChanges,
  largestChanges,
  windowTotals,
  type ComparisonRow,
} from './divergence-diff-store'
import { causes, type Cause } from './divergence-words'

/** What publishing staged versions would change; written as a preview's `diff`. */
export interface PreviewDiff {
  cells: number
  /** Cells whose answer changes, those in flight included. */
  changed: number
  beyond: number
  drifting: number
  inFlight: number
  largest: DiffCell[]
  /** The windows that change most, in order of time. */
  windows: DiffWindow[]
  /** Decimal text by measure and cause. */
  causes: Record<string, Partial<Record<Cause, string>>>
}

export interface DiffCell {
  windowStart: number
  key: string
  measure: string
  before: MeasureValue
  after: MeasureValue
  relative: number
  mainCause: Cause
}

export interface DiffWindow {
  windowStart: number
  windowEnd: number
  cells: number
  changed: number
  /** Largest relative change in it. */
  largest: number
  /** Measures that add up over keys, as decimal text. */
  totals: Record<string, { before: string; after: string }>
}

export interface DiffLimits {
  largest?: number
  windows?: number
}

const largestDefault = 50
const windowsDefault = 200

/** The difference that staged versions of one pipeline were found to make, for a person to look at. */
export async function divergenceDiff(
  pool: Pool,
  request: { compiled: CompiledPipeline; versionIds: readonly number[]; limits?: DiffLimits },
): Promise<PreviewDiff> {
  const { compiled, versionIds, limits } = request
  const comparisons = await comparisonsOf(pool, versionIds)
  const total = (of: (row: ComparisonRow) => number) => comparisons.reduce((sum, row) => sum + of(row), 0)
  return {
    cells: total((row) => row.cells),
    changed: await countChanges(pool, versionIds),
    beyond: total((row) => row.beyond),
    drifting: total((row) => row.drifting),
    inFlight: total((row) => row.inFlight),
    largest: await largestChanges(pool, versionIds, limits?.largest ?? largestDefault),
    windows: await windowsOf(pool, compiled, versionIds, limits?.windows ?? windowsDefault),
    causes: causesOf(comparisons),
  }
}

function causesOf(comparisons: readonly ComparisonRow[]): PreviewDiff['causes'] {
  const sums: PreviewDiff['causes'] = {}
  for (const { measures } of comparisons) {
    for (const [name, found] of Object.entries(measures)) {
      const measure = (sums[name] ??= {})
      for (const cause of causes) {
        const amount = found.causes[cause]
        if (amount !== undefined) measure[cause] = add(measure[cause] ?? '0', amount)
      }
    }
  }
  return sums
}

async function windowsOf(
  pool: Pool,
  { definition, layout }: CompiledPipeline,
  versionIds: readonly number[],
  limit: number,
): Promise<DiffWindow[]> {
  const windows = await changedWindows(pool, versionIds, limit)
  const additive = definition.measures.flatMap(({ name, kind }, i) =>
    kind === 'count' || kind === 'sum' ? [{ name, slot: layout.firstSlot[i] ?? 0 }] : [],
  )
  const starts = windows.map(({ windowStart }) => windowStart)
  const totals = new Map(
    (await windowTotals(pool, versionIds, starts, additive)).map((row) => [row.windowStart, row]),
  )
  return windows.map(({ windowStart, changed, largest }) => {
    const row = totals.get(windowStart)
    const byMeasure = additive.map(({ name }, i) => {
      const after = row?.after[i] ?? '0'
      const change = subtract(row?.changedBefore[i] ?? '0', row?.changedAfter[i] ?? '0')
      return [name, { before: add(after, change), after: add(after, '0') }] as const
    })
    return {
      ...{ windowStart, windowEnd: windowStart + definition.windowSizeMs, changed, largest },
      cells: row?.cells ?? 0,
      totals: Object.fromEntries(byMeasure),
    }
  })
}
