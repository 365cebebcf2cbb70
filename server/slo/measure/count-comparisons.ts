import type { Pool, PoolClient } from '../../clients'
import type { Sli } from '../model'
import {
  selectBatchDuplicates,
  selectComparisons,
  selectCoverage,
  selectWindowErrors,
  type ComparisonRow,
  type WindowErrors,
} from './count-comparisons-store'
import { addCounted, countOnce } from './count-once'
import { minuteMs, minuteOf } from './minute'
import { lookFrom, nothingSeen, unseen, type Seen } from './seen'
import { servedDefinitions, type Served } from './served-definitions'
import type { SliMinuteRow } from './sli'
import { readSliMinutes, restate, type Restatement } from './sli-store'
import { Tally } from './tally'
import { readThresholds, type ThresholdsOf } from './thresholds'

/** Older windows have no minutes any more. */
const keptMs = 35 * 86_400_000

/**
 * Takes what batch found of served cells into the minutes in which their windows started: the first comparison of a
 * window is what was known then, later ones restate. A cell once found beyond stays bad: it was served.
 */
export function countComparisons(pool: Pool, now: number): Promise<void> {
  return countOnce<Seen>(
    pool,
    { key: 'slo-counted-comparisons', start: nothingSeen },
    async (client, mark) => {
      const { fresh, seen } = unseen(mark, await selectComparisons(client, lookFrom(mark)))
      if (fresh.length === 0) return mark
      const thresholdsOf = await readThresholds(client)
      const served = await servedDefinitions(client)
      for (const row of fresh) {
        const target = served.get(row.pipeline)
        // A shadow serves nobody.
        if (target?.computeId === row.computeId)
          await countComparison({ client, thresholdsOf, now }, row, target)
      }
      return seen
    },
  )
}

interface Deps {
  client: PoolClient
  thresholdsOf: ThresholdsOf
  now: number
}

interface Span {
  from: number
  to: number
}

async function countComparison(deps: Deps, row: ComparisonRow, { definition }: Served): Promise<void> {
  const { client, thresholdsOf, now } = deps
  const { windowSizeMs, lateness } = definition
  /** Windows from here on were still open at a cut with this watermark: they were not compared. */
  const openFrom = (watermark: number | null) =>
    watermark === null ? Infinity : watermark - lateness.allowedMs - windowSizeMs + 1
  const compared: Span = {
    from: Math.max(row.from, now - keptMs),
    to: Math.min(row.to, openFrom(row.watermark)),
  }
  if (compared.from >= compared.to) return
  const earlier = (await selectCoverage(client, row)).map((other) => ({
    from: other.from,
    to: Math.min(other.to, openFrom(other.watermark)),
  }))
  const isCovered = (at: number) => earlier.some(({ from, to }) => at >= from && at < to)
  const windows = await selectWindowErrors(client, row, compared)
  const inRange = windows.filter(({ windowStart: at }) => at >= compared.from && at < compared.to)
  const tally = new Tally(thresholdsOf)
  for (const { windowStart, error, cells } of inRange) {
    if (isCovered(windowStart)) continue
    const slot = { pipeline: row.pipeline, indicator: 'correctness' as const, traffic: 'real' as const }
    tally.add({ ...slot, minute: minuteOf(windowStart), value: error, weight: cells })
  }
  await addCounted(client, tally)
  const again = new Set(
    inRange.flatMap(({ windowStart }) => (isCovered(windowStart) ? [minuteOf(windowStart)] : [])),
  )
  await restateCorrectness(deps, row, { windows, minutes: again })
  await restateDuplicates(deps, row, compared)
}

async function restateCorrectness(
  { client, thresholdsOf }: Deps,
  { pipeline, number }: ComparisonRow,
  { windows, minutes }: { windows: readonly WindowErrors[]; minutes: ReadonlySet<number> },
): Promise<void> {
  if (minutes.size === 0) return
  const slis = slisOf(pipeline, 'correctness', thresholdsOf)
  const known = new Map((await readSliMinutes(client, slis, hull(minutes))).map((row) => [nameOf(row), row]))
  const restatements: Restatement[] = []
  for (const minute of minutes)
    for (const sli of slis) {
      let good = 0
      let total = 0
      for (const { windowStart, error, cells } of windows) {
        if (minuteOf(windowStart) !== minute) continue
        total += cells
        if (error <= sli.threshold) good += cells
      }
      // Differences of versions that were never published are forgotten some day; what they told stays.
      const before = known.get(nameOf({ ...sli, minute }))?.now
      if (before?.total === total) good = Math.min(good, before.good)
      restatements.push({ ...sli, minute, good, total, reason: `version ${number} was compared` })
    }
  await restate(client, restatements)
}

/** Duplicates that the speed layer counted, beyond its memory or across partitions, are known from batch. */
async function restateDuplicates(
  { client, thresholdsOf }: Deps,
  row: ComparisonRow,
  compared: Span,
): Promise<void> {
  const found = await selectBatchDuplicates(client, row.computeId, compared)
  if (found.length === 0) return
  const slis = slisOf(row.pipeline, 'duplicates', thresholdsOf)
  const extra = new Map(found.map(({ minute, events }) => [minute, events]))
  const known = await readSliMinutes(client, slis, hull(extra.keys()))
  const restated = known.flatMap(({ minute, then, now, probe: _probe, ...sli }: SliMinuteRow) => {
    const events = extra.get(minute)
    if (events === undefined) return []
    const good = Math.min(now.good, Math.max(0, then.good - events))
    return [{ ...sli, minute, good, total: then.total, reason: `batch found ${events} more` }]
  })
  await restate(client, restated)
}

const slisOf = (pipeline: string, indicator: Sli['indicator'], thresholdsOf: ThresholdsOf): Sli[] =>
  thresholdsOf(pipeline, indicator).map((threshold) => ({ pipeline, indicator, threshold }))

function hull(minutes: Iterable<number>): Span {
  let from = Infinity
  let to = -Infinity
  for (const minute of minutes) {
    from = Math.min(from, minute)
    to = Math.max(to, minute + minuteMs)
  }
  return { from, to }
}

const nameOf = ({ threshold, minute }: { threshold: number; minute: number }) => `${threshold} ${minute}`
