import { inTransaction } from '../clients'
import { firstAfter } from '../log'
import { recordCorrections } from '../reconcile'
import { rollbackTo, type Published, type Range } from '../serving'
import { announcePublication } from './announce'
import { audit } from './audit'
import type { BatchDeps } from './batch-deps'
import { compiledOf } from './compiled'
import type { GuardPayload } from './guard-jobs'
import { comparisonsSince, mapsSince } from './guard-store'
import type { JobRun } from './job-run'
import { deferJob, endJob } from './job-store'
import { judgeGuard, type GuardSight } from './judge-guard'
import type { GuardReport } from './model'
import type { StoredPipeline } from './pipeline-store'
import { requireCompute } from './require-compute'
import { requireHeld } from './require-held'
import { selectPositions } from './status-store'
import { unchangedRanges } from './unchanged-ranges'

const lookEveryMs = 3_000

/**
 * One look at a flip that is watched. States of the job: queued (waiting for its next look, `result.guard.outcome`
 * `watching`) → running (looking) → queued, or ended: kept, superseded, or rolled back. A rollback, its corrections,
 * the audit entry and the job's end are one transaction under the job's fence: after a crash the next worker looks
 * again and finds either all of it or nothing.
 */
export async function runGuard(deps: BatchDeps, run: JobRun): Promise<void> {
  const { pool } = deps
  const { job } = run
  const payload = job.payload as unknown as GuardPayload
  const stored = await requireCompute(pool, job.pipeline, payload.computeId)
  const sight = await look(deps, stored, payload)
  const report = judgeGuard(payload, job.result?.guard ?? null, sight)
  const progress = Math.min(1, (sight.now - payload.since) / Math.max(1, payload.until - payload.since))
  run.signal.throwIfAborted()
  if (report.outcome === 'watching') {
    await deferJob(pool, job, {
      waitMs: Math.max(0, Math.min(lookEveryMs, payload.until - sight.now)),
      items: run.items,
      progress,
      result: { ...job.result, guard: report },
      etaAt: payload.until,
    })
    return
  }
  if (report.outcome === 'rolled back') return rollBack(deps, run, { stored, payload, report, sight })
  const items = run.items.map((item) => ({ ...item, status: 'succeeded' as const }))
  await endJob(pool, job, {
    status: 'succeeded',
    items,
    progress: 1,
    result: { ...job.result, guard: report },
    error: null,
  })
}

async function look(deps: BatchDeps, stored: StoredPipeline, payload: GuardPayload): Promise<GuardSight> {
  const { pool, clock } = deps
  const { computeId, publication, ranges } = payload
  const comparisons = await comparisonsSince(pool, computeId, publication)
  const found = comparisons.flatMap((measures) =>
    Object.values(measures).map(({ largest }) => largest?.relative ?? 0),
  )
  const { then, now } = await mapsSince(pool, computeId, publication)
  return {
    now: clock.now(),
    divergence: comparisons.length === 0 ? null : Math.max(0, ...found),
    freshnessS: payload.freshnessS === null ? null : await lagSeconds(deps, stored),
    inForce: unchangedRanges(then, now, ranges),
  }
}

/** Age of the oldest message of the pipeline's events that the speed layer has not committed; 0: none. */
async function lagSeconds({ pool, nats, clock }: BatchDeps, stored: StoredPipeline): Promise<number> {
  const { eventType } = compiledOf(stored).definition
  const positions = await selectPositions(pool, [stored.computeId])
  const unread = await Promise.all(
    positions.map(({ seq, partition }) => firstAfter(nats, seq, `events.${eventType}.${partition}`)),
  )
  const oldest = unread.filter((at) => at !== null)
  return oldest.length === 0 ? 0 : Math.max(0, clock.now() - Math.min(...oldest)) / 1_000
}

interface Taking {
  stored: StoredPipeline
  payload: GuardPayload
  report: GuardReport
  sight: GuardSight
}

async function rollBack(deps: BatchDeps, run: JobRun, taking: Taking): Promise<void> {
  const { pool, nats, clock } = deps
  const { job } = run
  const { stored, payload, report, sight } = taking
  const reason = `The guard took publication ${payload.publication} back: ${report.says}`
  const published = await inTransaction(pool, async (client): Promise<Published> => {
    await client.query('SET LOCAL statement_timeout = 0')
    const back = await rollbackTo(client, {
      computeId: payload.computeId,
      target: { publication: payload.publication - 1, ranges: sight.inForce },
      actor: 'guard',
      reason,
      jobId: job.id,
      check: () => requireHeld(client, run),
    })
    const corrections = await recordCorrections(client, {
      compiled: compiledOf(stored),
      published: back,
      kind: 'rollback',
      jobId: job.id,
    })
    await endJob(client, job, {
      status: 'partial',
      items: run.items.map((item) => ({ ...item, status: 'succeeded' as const })),
      progress: 1,
      result: {
        ...job.result,
        guard: { ...report, says: `Rolled back: ${report.says}` },
        publication: back.publication,
        boundary: back.boundary,
        corrections,
      },
      error: `${reason} Publication ${back.publication} answers ${rangesText(sight.inForce)} as before it.`,
    })
    await audit(client, clock, {
      actor: 'guard',
      action: 'guard.rollback',
      object: job.pipeline,
      detail: {
        jobId: job.id,
        ofJob: payload.ofJob,
        publication: payload.publication,
        becomes: back.publication,
        divergence: report.divergence,
        freshnessS: report.freshnessS,
        bounds: { divergence: payload.divergence, freshnessS: payload.freshnessS },
      },
    })
    return back
  })
  announcePublication(nats, published)
}

const rangesText = (ranges: readonly Range[]) => {
  const [first] = ranges
  if (!first) return 'nothing'
  const last = ranges.at(-1) ?? first
  return `${new Date(first.from).toISOString()} to ${new Date(last.to).toISOString()}`
}
