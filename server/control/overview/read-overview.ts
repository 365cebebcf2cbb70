import { histogramEdges } from '../../reconcile'
import { readObjectives, type ObjectiveView } from '../../slo'
import { readCosts } from '../cost/read-costs'
import { listPipelines } from '../pipelines'
import type { PipelineListItem } from '../model'
import { Recent } from '../recent'
import type { Console } from '../console'
import {
  costOf,
  deadlineMs,
  latenessOf,
  objectivesOf,
  objectivesOverview,
  overallOf,
  pipelinesShown,
  runsOf,
} from './compose'
import { lineOf, lineStep, minuteMs, type LineRange, type SliMinutePoint } from './lateness'
import { medianOfBins } from './median-of-bins'
import type { BatchOverview, CostOverview, Overview, RightOverview } from './model'
import {
  selectCorrections,
  selectFirstHour,
  selectLargest,
  selectLongest,
  selectRuns,
} from './overview-store'
import { goodAndTotal, minutesOf, sharesOf, slisOf, type Span } from './shares'

const hourMs = 3_600_000
const dayMs = 86_400_000
const windowDays = 30
const runsShown = 60
const jobsShown = 4
/** Minutes are read for so long a range; a longer one shows its end. */
const rangeLimitMs = 7 * dayMs

type Deps = Pick<Console, 'pool' | 'nats' | 'clock'>

/** What changes slowly is read less often, however many look. */
interface Slow {
  minutes: Recent<SliMinutePoint[]>
  right: Recent<ReadRight>
  since: Recent<number | null>
  cost: Recent<CostOverview | null>
  jobs: Recent<{ good: number; total: number }>
}

const memories = new WeakMap<Console['pool'], Slow>()

function slowOf({ pool, clock }: Deps): Slow {
  const known = memories.get(pool) ?? {
    minutes: new Recent<SliMinutePoint[]>(clock, 10_000),
    right: new Recent<ReadRight>(clock, 30_000),
    since: new Recent<number | null>(clock, 30_000),
    cost: new Recent<CostOverview | null>(clock, 30_000),
    jobs: new Recent<{ good: number; total: number }>(clock, 30_000),
  }
  memories.set(pool, known)
  return known
}

/** The executive's page, of figures that are stored; nothing is measured here. */
export async function readOverview(deps: Deps, range: Span): Promise<Overview> {
  const at = deps.clock.now()
  const from = Math.max(range.from, range.to - rangeLimitMs)
  const [objectives, pipelines] = await Promise.all([readObjectives(deps), listPipelines(deps)])
  const slow = slowOf(deps)
  const fresh = objectivesOf(objectives, 'freshness')
  const [minutes, since, right, cost, batch] = await Promise.all([
    recentMinutes(deps, fresh, { from, to: range.to }),
    slow.since.get('freshness', () => selectFirstHour(deps.pool, 'freshness')),
    readRight(deps, objectives, { at, boundary: boundaryOf(pipelines) }),
    slow.cost.get('', async () => costOf(await readCosts(deps))),
    readBatch(deps, objectives, at),
  ])
  const stepMs = lineStep(range.to - from)
  const lateness = latenessOf(pipelines, fresh, minutes)
  return {
    at,
    from,
    to: range.to,
    fresh: {
      overall: overallOf(objectives, 'all-freshness'),
      measuredSince: since,
      stepMs,
      line: lineOf(minutes, { from, to: range.to, stepMs }),
      pipelinesTotal: lateness.length,
      lateTotal: lateness.filter(({ isLate }) => isLate).length,
      pipelines: lateness.slice(0, pipelinesShown),
    },
    right,
    cost,
    objectives: objectivesOverview(objectives),
    batch: {
      ...batch,
      runs: runsOf(await selectRuns(deps.pool, runsShown), (name) =>
        deadlineMs(pipelines.find((pipeline) => pipeline.name === name)?.batchEveryMs ?? 0),
      ),
    },
  }
}

/** Up to where batch has compared what any pipeline served. */
const boundaryOf = (pipelines: readonly PipelineListItem[]): number =>
  Math.max(0, ...pipelines.map(({ status }) => status.boundary ?? 0))

/** Shared by all who look at the same range: relative ranges move on by the minute. */
function recentMinutes(deps: Deps, objectives: readonly ObjectiveView[], { from, to }: Span) {
  const ends = { from: Math.floor(from / minuteMs) * minuteMs, to: Math.ceil(to / minuteMs) * minuteMs }
  return slowOf(deps).minutes.get(`${ends.from} ${ends.to}`, () =>
    minutesOf(deps.pool, slisOf(objectives), ends),
  )
}

type ReadRight = Omit<RightOverview, 'overall' | 'notMet' | 'tolerance'>

async function readRight(
  deps: Deps,
  objectives: readonly ObjectiveView[],
  { at, boundary }: { at: number; boundary: number },
): Promise<RightOverview> {
  const correctness = objectivesOf(objectives, 'correctness')
  const read = await slowOf(deps).right.get('', () => readCorrectness(deps, correctness, { at, boundary }))
  const tolerances = new Set(correctness.map(({ sli }) => sli?.threshold))
  return {
    ...read,
    overall: overallOf(objectives, 'all-correctness'),
    tolerance: tolerances.size === 1 ? (correctness[0]?.sli?.threshold ?? null) : null,
    notMet: correctness.flatMap(({ sli, state }) =>
      sli && (state?.status === 'exhausted' || state?.status === 'burning') ? [sli.pipeline] : [],
    ),
  }
}

async function readCorrectness(
  { pool }: Deps,
  correctness: readonly ObjectiveView[],
  { at, boundary }: { at: number; boundary: number },
): Promise<ReadRight> {
  const today = Math.floor(at / dayMs) * dayMs
  const from = today - (windowDays - 1) * dayMs
  const slis = slisOf(correctness)
  const [measuredSince, corrections, largest] = await Promise.all([
    selectFirstHour(pool, 'correctness'),
    selectCorrections(pool, from),
    selectLargest(pool, today),
  ])
  const range = confirmedRange(measuredSince, { from, at })
  const read = range.stepMs === dayMs ? sharesOf : minutesOf
  const shares = await read(pool, slis, range)
  return {
    measuredSince,
    stepMs: range.stepMs,
    line: lineOf(shares, range).map((point) => ({ ...point, isOpen: point.at + range.stepMs > boundary })),
    corrections: {
      values: corrections.bins.reduce((sum, n) => sum + n, 0),
      median: medianOfBins(corrections.bins, histogramEdges),
      byCause: corrections.causes,
    },
    largestToday: largest && { ...largest, cause: largest.cause ?? 'drift' },
  }
}

/** The whole window by the day; less than three days of figures in steps that show how they went. */
function confirmedRange(since: number | null, { from, at }: { from: number; at: number }): LineRange {
  if (since === null || at - since > 3 * dayMs) return { from, to: at, stepMs: dayMs }
  const stepMs = lineStep(Math.max(at - since, hourMs))
  return { from: Math.floor(since / stepMs) * stepMs, to: at, stepMs }
}

async function readBatch(
  deps: Deps,
  objectives: readonly ObjectiveView[],
  at: number,
): Promise<Omit<BatchOverview, 'runs'>> {
  const own = objectivesOf(objectives, 'jobs')
  const [share, longest] = await Promise.all([
    slowOf(deps).jobs.get('', () => readJobsShare(deps, own, at)),
    selectLongest(deps.pool, { since: at - dayMs, limit: jobsShown }),
  ])
  return {
    ...share,
    days: windowDays,
    target: own.length === 0 ? null : Math.min(...own.map(({ target }) => target)),
    longest,
  }
}

async function readJobsShare({ pool }: Deps, objectives: readonly ObjectiveView[], at: number) {
  const to = Math.ceil(at / minuteMs) * minuteMs
  const from = Math.floor((to - windowDays * dayMs) / hourMs) * hourMs
  return goodAndTotal(await sharesOf(pool, slisOf(objectives), { from, to }))
}
