import type { ObjectiveView } from '../../slo'
import type { CostReport } from '../cost/model'
import type { PipelineListItem } from '../model'
import { minuteMs, spellsOf, type SliMinutePoint } from './lateness'
import type { BatchRun, CostOverview, ObjectivesOverview, OverallObjective, PipelineLateness } from './model'
import type { RunRow } from './overview-store'

const burnMinutes = [60, 360, 1_440]
const freshUnderMs = 5_000
const freshTarget = 0.99
export const pipelinesShown = 8
const objectivesShown = 6
const costsShown = 10

/** What the page shows of a composite; null before it was first evaluated. */
export function overallOf(objectives: readonly ObjectiveView[], id: string): OverallObjective | null {
  const view = objectives.find((objective) => objective.id === id)
  if (!view?.state) return null
  const { state, target, window } = view
  return {
    id,
    target,
    days: window.kind === 'rolling' ? window.days : Math.round((state.to - state.from) / 86_400_000),
    status: state.status,
    now: state.now,
    then: state.then,
    burns: burnMinutes.map((minutes) => ({
      minutes,
      rate: state.burns.find(({ longMinutes }) => longMinutes === minutes)?.long ?? null,
    })),
    probeShare: state.probeShare,
  }
}

/** The pipelines' own objectives of one indicator. */
export const objectivesOf = (objectives: readonly ObjectiveView[], indicator: string): ObjectiveView[] =>
  objectives.filter(({ sli }) => sli?.indicator === indicator)

/** They come worst budget first. */
export function objectivesOverview(objectives: readonly ObjectiveView[]): ObjectivesOverview {
  // A composite repeats what its parts say: the page shows both at its head already.
  const own = objectives.filter(({ sli }) => sli !== null)
  return {
    total: own.length,
    notMet: own.filter(({ state }) => state?.status === 'exhausted' || state?.status === 'burning').length,
    worst: own.slice(0, objectivesShown),
  }
}

export function latenessOf(
  pipelines: readonly PipelineListItem[],
  objectives: readonly ObjectiveView[],
  minutes: readonly SliMinutePoint[],
): PipelineLateness[] {
  const byPipeline = new Map<string, SliMinutePoint[]>()
  for (const point of minutes) {
    const held = byPipeline.get(point.pipeline)
    if (held) held.push(point)
    else byPipeline.set(point.pipeline, [point])
  }
  return pipelines
    .map(({ name, owner, status }): PipelineLateness => {
      const objective = objectives.find(({ sli }) => sli?.pipeline === name)
      const underMs = objective?.sli?.threshold ?? freshUnderMs
      const spells = spellsOf(byPipeline.get(name) ?? [], objective?.target ?? freshTarget)
      const ageMs = status.lag.seconds * 1_000
      const isLate = ageMs > underMs
      return {
        name,
        owner,
        underMs,
        ageMs,
        isLate,
        isRecovering: isLate ? status.catchUpEta !== null : null,
        health: status.health,
        reason: status.reasons[0] ?? null,
        spells,
        lateMs: spells.reduce((sum, spell) => sum + spell.to - spell.from, 0),
      }
    })
    .sort(
      (a, b) =>
        Number(b.isLate) - Number(a.isLate) ||
        (a.isLate ? b.ageMs - a.ageMs : 0) ||
        b.lateMs - a.lateMs ||
        a.name.localeCompare(b.name),
    )
}

export function costOf(report: CostReport): CostOverview | null {
  if (report.pricedAt === null) return null
  const { from, to, pricedAt, total, budget, pipelines, unallocated, anomalies, prices } = report
  return {
    from,
    to,
    pricedAt,
    total,
    budget,
    unallocated,
    anomalies: anomalies.slice(0, costsShown),
    currency: prices.currency,
    pipelines: pipelines.slice(0, costsShown),
    pipelinesTotal: pipelines.length,
    over: pipelines.flatMap(({ pipeline, budget: own }) =>
      own?.status === 'over' || own?.status === 'at risk' ? [pipeline] : [],
    ),
  }
}

/** Oldest first. A run is late when it ended more than its deadline after it was due. */
export function runsOf(rows: readonly RunRow[], deadlineOf: (pipeline: string) => number): BatchRun[] {
  return rows.toReversed().map(({ jobId, pipeline, status, createdAt, finishedAt }) => ({
    jobId,
    pipeline,
    finishedAt,
    tookMs: finishedAt - createdAt,
    outcome:
      status === 'succeeded'
        ? finishedAt - createdAt > deadlineOf(pipeline)
          ? 'late'
          : 'on time'
        : 'failed',
  }))
}

/** A scheduled run should have ended before the next one is due; never asked for in less than a minute. */
export const deadlineMs = (batchEveryMs: number): number => Math.max(batchEveryMs, minuteMs)
