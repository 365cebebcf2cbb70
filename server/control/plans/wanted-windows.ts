import type { Pool } from '../../clients'
import { AppError } from '../../platform'
import { subtract } from '../../serving'
import type { Target } from './command'
import { failedRanges, undoneRanges } from './failed-ranges'
import type { BackfillOptions } from './recompute-options'
import { divergentWindows, endedRuns, windowsOfKeys } from './wanted-windows-store'
import type { Range } from './window-range'

export interface Wanted {
  ranges: Range[]
  notes: string[]
}

/** Which windows of a range of closed ones a recompute means; throws `unprocessable` when there are none. */
export async function wantedWindows(
  pool: Pool,
  { stored, definition }: Target,
  wanted: {
    range: Range
    mode: BackfillOptions['mode']
    keys: readonly string[] | null
    retryOf: string | null
    coverage: readonly Range[]
  },
): Promise<Wanted> {
  const { range, mode, keys, coverage } = wanted
  const { computeId } = stored
  const query = { computeId, ...range, windowSizeMs: definition.windowSizeMs, keys }
  const byMode = async (): Promise<Range[]> => {
    if (mode === 'missing') return subtract(range, coverage)
    if (mode === 'divergent') return divergentWindows(pool, query)
    if (mode === 'failed') return failedIn(pool, { pipeline: stored.name, computeId }, wanted)
    return [range]
  }
  const ranges = await byMode()
  if (ranges.length === 0) throw nothing(mode, keys)
  if (keys === null) return { ranges, notes: [] }
  const ofKeys = mode === 'divergent' ? ranges : inside(await windowsOfKeys(pool, query), ranges)
  if (ofKeys.length === 0) throw nothing(mode, keys)
  const windows = ofKeys.reduce((sum, { from, to }) => sum + (to - from) / definition.windowSizeMs, 0)
  return {
    ranges: ofKeys,
    notes: [
      `Windows are recomputed whole: ${windows} ${windows === 1 ? 'window holds' : 'windows hold'} ${keysText(keys)}, and every key of ${windows === 1 ? 'it' : 'them'} is counted again.`,
    ],
  }
}

async function failedIn(
  pool: Pool,
  compute: { pipeline: string; computeId: number },
  { range, retryOf }: { range: Range; retryOf: string | null },
): Promise<Range[]> {
  const runs = await endedRuns(pool, { ...compute, jobId: retryOf })
  if (retryOf === null) return failedRanges(runs, range)
  const [run] = runs
  if (!run)
    throw new AppError(
      'not_found',
      `Planning failed: \`retryOf\` names no ended recompute of ${compute.pipeline} under its present definition. Take the id of such a job.`,
    )
  return undoneRanges(run, range)
}

const inside = (ranges: readonly Range[], within: readonly Range[]): Range[] =>
  ranges.flatMap((range) =>
    within.flatMap((outer) => {
      const both = { from: Math.max(range.from, outer.from), to: Math.min(range.to, outer.to) }
      return both.from < both.to ? [both] : []
    }),
  )

function nothing(mode: BackfillOptions['mode'], keys: readonly string[] | null): AppError {
  if (mode === 'all')
    return new AppError(
      'unprocessable',
      `Nothing to recompute: no closed window of the range holds ${keysText(keys ?? [])}. Check the keys, or leave them out.`,
    )
  const why = {
    missing: 'every closed window of the range has a version',
    failed: 'nothing in the range has failed without being done since',
    divergent: 'the last comparisons found no difference in the range',
  }[mode]
  const and = keys === null ? '' : ` for ${keysText(keys)}`
  return new AppError('unprocessable', `Nothing to backfill: ${why}${and}. Use mode "all" to recompute them.`)
}

const keysText = (keys: readonly string[]) =>
  keys.length === 1 ? `the key "${keys[0] ?? ''}"` : `one of the ${keys.length} keys`
