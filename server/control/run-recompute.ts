import { planRun, recompute } from '../batch'
import { inTransaction, type Pool } from '../clients'
import { AppError } from '../platform'
import {
  discardVersions,
  publishVersions,
  rotateEpoch,
  type Published,
  type Range,
  type StagedVersion,
} from '../serving'
import { announcePublication } from './announce'
import { audit } from './audit'
import type { BatchDeps } from './batch-deps'
import { compiledOf } from './compiled'
import type { JobRun } from './job-run'
import { endJob, lockHeldJob } from './job-store'
import type { JobItem } from './model'
import { findPipeline, selectShadows, type StoredPipeline } from './pipeline-store'
import { queuedItem } from './plans'
import { leftoverVersions } from './run-store'
import { settleCut } from './settle-cut'
import { waitForSpeed } from './wait-for-speed'

interface Payload {
  computeId: number
  /** Absent: what is due, as a schedule finds it. */
  ranges?: Range[]
}

/** Of the progress bar, what waiting and planning take before the first range. */
const headShare = 0.05
const publishShare = 0.03

interface Outcome {
  item: JobItem
  staged: StagedVersion | null
}

/**
 * A fresh cut, its ranges recomputed and staged, and all of them put in force in one transaction with the job's end,
 * under the job's fence: a worker that lost the job publishes nothing. Throws what failed; nothing stays then but
 * discarded versions.
 */
export async function runRecompute(deps: BatchDeps, run: JobRun): Promise<void> {
  const { pool } = deps
  const payload = run.job.payload as unknown as Payload
  const stored = await requireCompute(pool, run.job.pipeline, payload.computeId)
  await discardVersions(pool, stored.computeId, await leftoverVersions(pool, run.job.id))
  await waitForSpeed(deps, stored, run.signal)
  const compiled = compiledOf(stored)
  const { eventType, lateness } = compiled.definition
  const cutMs = deps.clock.now()
  const closed = await inTransaction(pool, (client) => rotateEpoch(client, stored.computeId))
  const cut = await settleCut(deps.nats, closed, { cutMs, eventType, outOfOrderMs: lateness.outOfOrderMs })
  const ranges = payload.ranges ?? (await planRun(pool, { computeId: stored.computeId, compiled, cut }))
  if (!payload.ranges) run.items.push(...ranges.map(itemOf))
  run.advance(headShare)
  const outcomes: Outcome[] = []
  const staged = () => outcomes.flatMap((outcome) => outcome.staged ?? [])
  try {
    for (const [i, range] of ranges.entries()) {
      const item = run.items[i]
      if (!item) throw new Error(`the job has no item for range ${i}`)
      outcomes.push(await runItem(deps, run, { stored, item, range, cut, place: i, of: ranges.length }))
    }
    const failed = outcomes.filter((outcome) => outcome.staged === null)
    if (failed.length > 0 && failed.length === outcomes.length)
      throw new AppError('internal', `Recomputing failed for every range. ${failed[0]?.item.error ?? ''}`)
    await publish(deps, run, { stored, staged: staged(), failed: failed.length })
  } catch (error) {
    await discardVersions(
      pool,
      stored.computeId,
      staged().map(({ id }) => id),
    ).catch(() => undefined)
    throw error
  }
}

interface ItemInput {
  stored: StoredPipeline
  item: JobItem
  range: Range
  cut: Awaited<ReturnType<typeof rotateEpoch>>
  place: number
  of: number
}

async function runItem(deps: BatchDeps, run: JobRun, input: ItemInput): Promise<Outcome> {
  const { stored, item, range, cut, place, of } = input
  const { job } = run
  item.status = 'running'
  try {
    const staged = await recompute({
      pool: deps.pool,
      engine: deps.engine,
      archive: deps.archive,
      clock: deps.clock,
      compute: { id: stored.computeId, pipeline: stored.name },
      compiled: compiledOf(stored),
      range,
      cut,
      actor: job.createdBy,
      reason: job.reason,
      jobId: job.id,
      signal: run.signal,
      onProgress: ({ done }) => {
        run.advance(headShare + ((place + done) / of) * (1 - headShare - publishShare))
      },
    })
    Object.assign(item, { version: staged.number, rows: staged.rows })
    return { item, staged }
  } catch (error) {
    // With attempts left the whole job is tried again; on the last one the ranges that worked are published.
    Object.assign(item, {
      status: 'failed',
      error: error instanceof AppError ? error.message : 'failed; see the log of the batch worker',
    })
    if (run.stopped !== null || job.attempts < job.maxAttempts || of === 1) throw error
    return { item, staged: null }
  }
}

async function publish(
  { pool, nats, clock }: BatchDeps,
  run: JobRun,
  { stored, staged, failed }: { stored: StoredPipeline; staged: StagedVersion[]; failed: number },
): Promise<void> {
  const { job } = run
  if (run.stopped !== null) throw new Error(`stopped before publishing: ${run.stopped}`)
  for (const item of run.items) if (item.status === 'running') item.status = 'succeeded'
  const published = await inTransaction(pool, async (client) => {
    const check = async () => {
      const state = await lockHeldJob(client, job)
      if (state === 'held') return
      run.stop(state)
      throw new Error(`the job may no longer publish: ${state}`)
    }
    let result: Published | null = null
    if (staged.length > 0)
      result = await publishVersions(client, {
        computeId: stored.computeId,
        versionIds: staged.map(({ id }) => id),
        actor: job.createdBy,
        reason: job.reason,
        jobId: job.id,
        check,
      })
    else await check()
    const status = failed > 0 ? 'partial' : 'succeeded'
    await endJob(client, job, {
      status,
      items: run.items,
      progress: 1,
      result: {
        ranges: staged.length,
        publication: result?.publication ?? null,
        boundary: result?.boundary ?? null,
      },
      error: failed > 0 ? `${failed} of ${run.items.length} ranges failed; see the items.` : null,
    })
    if (result && job.kind !== 'scheduled')
      await audit(client, clock, {
        actor: job.createdBy,
        action: 'version.publish',
        object: stored.name,
        detail: {
          jobId: job.id,
          publication: result.publication,
          versions: staged.map(({ number }) => number),
        },
      })
    return result
  })
  if (published) announcePublication(nats, published)
}

/** What is computed may have changed since the job was made: then its result would answer nobody. */
async function requireCompute(pool: Pool, name: string, computeId: number): Promise<StoredPipeline> {
  const stored = await findPipeline(pool, name)
  if (stored?.deletedAt !== null)
    throw new AppError('gone', `The job was given up: the pipeline ${name} was removed.`)
  if (stored.computeId === computeId) return stored
  const shadow = (await selectShadows(pool, [name])).get(name)
  if (shadow?.computeId !== computeId)
    throw new AppError(
      'gone',
      `The job was given up: the definition of ${name} was changed since. Plan it again.`,
    )
  return shadow
}

const itemOf = ({ from, to }: Range, index: number): JobItem =>
  queuedItem({
    id: String(index + 1),
    label: `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`,
    from,
    to,
  })
