import type { AlertFacts, ComparisonFact, PipelineFact, RunFact } from './facts'
import { finding, type Finding } from './finding'
import type { RuleTable } from './rules'
import { count, percent, plural, span } from './words'

/** Too few cells say nothing about a share. */
const cellsNeeded = 20

export function judgeBatch(facts: AlertFacts, rules: RuleTable, now: number): Finding[] {
  const ownerOf = (name: string) => facts.pipelines?.find(({ pipeline }) => pipeline === name)?.owner ?? null
  return [
    ...(facts.runs ?? []).flatMap((run) => judgeFailure(run, ownerOf(run.pipeline))),
    ...(facts.runs ?? []).flatMap((run) => judgeLateness(run, facts.pipelines, rules, now)),
    ...judgeComparisons(facts.comparisons ?? [], rules, ownerOf),
    ...judgeCorrections(facts, rules, now),
  ]
}

function judgeFailure(
  { pipeline, failed, retrying, failuresLastHour }: RunFact,
  owner: string | null,
): Finding[] {
  const shared = { cause: `batch:${pipeline}`, pipeline, owner }
  if (failed) {
    const { jobId, kind, error, attempts, from, to } = failed
    const often = failuresLastHour > 1 ? `, ${failuresLastHour} failures in the last hour` : ''
    return [
      finding('batch.failed', {
        ...shared,
        title: `Batch of ${pipeline} failed`,
        says: `The last run (${kind}) failed after ${plural(attempts, 'attempt')}${often}: ${error}`,
        evidence: { jobId, kind, attempts, failuresLastHour, from, to },
      }),
    ]
  }
  if (!retrying) return []
  const { jobId, attempts, maxAttempts, error } = retrying
  return [
    finding('batch.failed', {
      ...shared,
      title: `Batch of ${pipeline} fails and is tried again`,
      says: `Attempt ${attempts} of ${maxAttempts} is under way; the one before failed: ${error}`,
      evidence: { jobId, attempts, maxAttempts, failuresLastHour },
    }),
  ]
}

function judgeLateness(
  run: RunFact,
  pipelines: PipelineFact[] | null,
  rules: RuleTable,
  now: number,
): Finding[] {
  const fact = pipelines?.find(({ pipeline }) => pipeline === run.pipeline)
  if (!fact || fact.isBatchPaused || !fact.hasEvents || !Number.isFinite(fact.batchEveryMs)) return []
  const periods = rules.get('batch.late')?.threshold ?? Infinity
  const since = run.lastSuccessAt ?? run.expectedSince
  const allowedMs = periods * fact.batchEveryMs + 60_000
  if (now - since <= allowedMs) return []
  const last =
    run.lastSuccessAt === null
      ? 'No run has succeeded yet'
      : `The last run succeeded ${span((now - since) / 1000)} ago`
  return [
    finding('batch.late', {
      cause: `batch:${run.pipeline}`,
      pipeline: run.pipeline,
      owner: fact.owner,
      title: `Batch of ${run.pipeline} is late`,
      says: `${last}; one is due every ${span(fact.batchEveryMs / 1000)}.`,
      evidence: { lastSuccessAt: run.lastSuccessAt, everyMs: fact.batchEveryMs },
    }),
  ]
}

function judgeComparisons(
  comparisons: readonly ComparisonFact[],
  rules: RuleTable,
  ownerOf: (pipeline: string) => string | null,
): Finding[] {
  const pipelines = new Set(comparisons.map(({ pipeline }) => pipeline))
  return [...pipelines].flatMap((pipeline) => {
    const own = comparisons.filter((one) => one.pipeline === pipeline)
    const all = own.filter((one) => !own.some((later) => isOvertaken(one, later)))
    const owner = ownerOf(pipeline)
    const drifting = all.filter((one) => one.drifting > 0)
    const found = drifting.length > 0 ? [driftOf(pipeline, owner, drifting)] : []
    const cells = all.reduce((sum, one) => sum + one.cells, 0)
    const beyond = all.reduce((sum, one) => sum + one.beyond, 0)
    const limit = rules.get('divergence.beyond')?.threshold ?? Infinity
    if (cells >= cellsNeeded && beyond / cells > limit)
      found.push(
        finding('divergence.beyond', {
          cause: `divergence:${pipeline}`,
          pipeline,
          owner,
          title: `Divergence of ${pipeline} is beyond tolerance`,
          says: `${percent(beyond / cells)} of ${count(cells)} compared cells were beyond the tolerance.`,
          evidence: { cells, beyond, ...rangeOf(all) },
        }),
      )
    return found
  })
}

/** Its windows were compared again since, and nothing was left without a cause. */
const isOvertaken = (one: ComparisonFact, later: ComparisonFact) =>
  later.at > one.at && later.from <= one.from && later.to >= one.to && later.drifting === 0

const rangeOf = (all: readonly ComparisonFact[]) => ({
  from: Math.min(...all.map(({ from }) => from)),
  to: Math.max(...all.map(({ to }) => to)),
})

function driftOf(pipeline: string, owner: string | null, drifting: readonly ComparisonFact[]): Finding {
  const cells = drifting.reduce((sum, one) => sum + one.drifting, 0)
  return finding('drift', {
    cause: `drift:${pipeline}`,
    pipeline,
    owner,
    title: `Speed and batch of ${pipeline} do not mean the same`,
    says: `${plural(cells, 'cell')} differ and no declared cause explains it.`,
    evidence: { cells, versionIds: drifting.map(({ versionId }) => versionId), ...rangeOf(drifting) },
  })
}

function judgeCorrections({ corrections }: AlertFacts, rules: RuleTable, now: number): Finding[] {
  const limitS = rules.get('corrections.stuck')?.threshold ?? Infinity
  if (corrections?.oldestAt == null) return []
  const waitsS = (now - corrections.oldestAt) / 1000
  if (waitsS <= limitS) return []
  return [
    finding('corrections.stuck', {
      cause: 'corrections',
      title: 'Corrections are not sent',
      says: `${plural(corrections.waiting, 'correction')} wait for their stream, the oldest ${span(waitsS)}.`,
      evidence: { waiting: corrections.waiting, oldestAt: corrections.oldestAt },
    }),
  ]
}
