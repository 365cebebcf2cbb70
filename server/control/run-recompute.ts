import { inTransaction, type PoolClient } from '../clients'
import { crashPoint, withSpan } from '../platform'
import type { Published } from '../serving'
import { announcePublication } from './announce'
import { audit } from './audit'
import type { BatchDeps } from './batch-deps'
import { compiledOf } from './compiled'
import { goesOn } from './goes-on'
import type { JobRun } from './job-run'
import { endJob } from './job-store'
import type { JobResult, PreviewDiff } from './model'
import { discardLeftovers, openRun } from './open-run'
import type { StoredPipeline } from './pipeline-store'
import { planMoved, propose, readDiff, supersedeProposals, type GuardOptions } from './plans'
import { enqueueGuard } from './guard-jobs'
import { publishStaged } from './publish-staged'
import { requireCompute } from './require-compute'
import { requireHeld } from './require-held'
import { comparisonOf } from './run-store'
import { stageRanges, versionsOf, type StagedRange } from './stage-ranges'

interface Payload {
  computeId: number
  /** The plan is looked at again before the run begins: it was applied for later. */
  isPostponed?: boolean
  guard?: GuardOptions
}

/**
 * A fresh cut, its ranges recomputed, staged and compared, and all of them put in force in one transaction with their
 * corrections and the job's end, under the job's fence: a worker that lost the job publishes nothing. Throws what
 * failed; what was staged stays for the next attempt, and is discarded when there is none.
 */
export async function runRecompute(deps: BatchDeps, run: JobRun): Promise<void> {
  const { pool } = deps
  const payload = run.job.payload as unknown as Payload
  const stored = await requireCompute(pool, run.job.pipeline, payload.computeId)
  if (payload.isPostponed && (await refuseMoved(deps, run))) return
  const { definition } = compiledOf(stored)
  const proposes = run.job.kind === 'scheduled' && definition.batch.reconcile === 'propose'
  const opened = await openRun(deps, run, stored)
  const staged: StagedRange[] = []
  try {
    await stageRanges(deps, run, { stored, ...opened, isStrict: proposes, staged })
    await finish(deps, run, { stored, staged, epoch: opened.cut.epoch, proposes })
  } catch (error) {
    if (!goesOn(run, error)) await discardLeftovers(pool, stored.computeId, run.job.id).catch(() => undefined)
    throw error
  }
}

/** A plan that was applied for later starts only if it still shows what is there. */
async function refuseMoved({ pool }: BatchDeps, run: JobRun): Promise<boolean> {
  const changed = await planMoved(pool, run.job.planId)
  const [first] = changed
  if (!first) return false
  const items = run.items.map((item) => ({ ...item, status: 'cancelled' as const }))
  await endJob(pool, run.job, {
    status: 'failed',
    items,
    progress: 0,
    result: { changed },
    error: `It was not started: ${first.what} was expected to be ${text(first.expected)} and is ${text(first.found)}. Plan it again.`,
  })
  return true
}

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

interface Finish {
  stored: StoredPipeline
  staged: StagedRange[]
  epoch: number
  proposes: boolean
}

async function finish(deps: BatchDeps, run: JobRun, input: Finish): Promise<void> {
  const { job } = run
  if (run.stopped !== null) throw new Error(`stopped before publishing: ${run.stopped}`)
  const versionIds = versionsOf(input.staged)
  const comparison = await comparisonOf(deps.pool, versionIds)
  const isProposal = input.proposes && (comparison?.beyond ?? 0) > 0
  const diff = isProposal
    ? await readDiff(deps.pool, { compiled: compiledOf(input.stored), versionIds })
    : null
  crashPoint('control.publish.before')
  const inOneTransaction = async (client: PoolClient) => {
    const end = diff
      ? await leaveProposal(deps, client, run, { ...input, versionIds, diff })
      : await publish(deps, client, run, { ...input, versionIds })
    crashPoint('control.publish.inside')
    if (job.kind === 'scheduled') await supersedeProposals(client, job.pipeline, end.result.proposal ?? null)
    await endJob(client, job, {
      ...outcomeOf(input.staged),
      items: run.items,
      progress: 1,
      bytes: run.bytes,
      result: { ...end.result, comparison },
    })
    if (end.published && job.kind !== 'scheduled')
      await audit(client, deps.clock, {
        actor: job.createdBy,
        action: 'version.publish',
        object: input.stored.name,
        detail: {
          jobId: job.id,
          publication: end.published.publication,
          versions: run.items.flatMap(({ version }) => version ?? []),
        },
      })
    return end.published
  }
  const published = await withSpan(
    { name: diff ? 'propose' : 'publish', stage: 'publish', attributes: { versions: versionIds.length } },
    () => inTransaction(deps.pool, inOneTransaction),
  )
  crashPoint('control.publish.after')
  if (published) announcePublication(deps.nats, published)
}

interface End {
  published: Published | null
  result: JobResult
}

async function publish(
  { clock }: BatchDeps,
  client: PoolClient,
  run: JobRun,
  { stored, versionIds }: Finish & { versionIds: number[] },
): Promise<End> {
  const { job } = run
  const check = () => requireHeld(client, run)
  if (versionIds.length === 0) {
    await check()
    return { published: null, result: { ranges: 0, publication: null, boundary: null } }
  }
  const { published, corrections } = await publishStaged(client, {
    compiled: compiledOf(stored),
    computeId: stored.computeId,
    versionIds,
    actor: job.createdBy,
    reason: job.reason,
    jobId: job.id,
    check,
  })
  const { guard } = job.payload as unknown as Payload
  const guardJob = guard ? await enqueueGuard(client, { published, job, guard, now: clock.now() }) : null
  const { publication, boundary } = published
  const ranges = versionIds.length
  return {
    published,
    result: { ranges, publication, boundary, corrections, ...(guardJob && { guardJob }) },
  }
}

async function leaveProposal(
  deps: BatchDeps,
  client: PoolClient,
  run: JobRun,
  { stored, versionIds, epoch, diff }: Finish & { versionIds: number[]; diff: PreviewDiff },
): Promise<End> {
  await requireHeld(client, run)
  const { items, job } = run
  const proposal = await propose(deps, client, { stored, items, jobId: job.id, versionIds, epoch, diff })
  return { published: null, result: { proposal } }
}

function outcomeOf(staged: readonly StagedRange[]): {
  status: 'succeeded' | 'partial'
  error: string | null
} {
  const failed = staged.filter(({ versionId }) => versionId === null).length
  const uncompared = staged.filter((range) => range.uncompared !== null)
  const says = [
    ...(failed > 0 ? [`${failed} of ${staged.length} ranges failed; see the items.`] : []),
    ...(uncompared.length > 0
      ? [
          `${uncompared.length} of ${staged.length} ranges are published without having been compared with what was served. ${uncompared[0]?.uncompared ?? ''}`,
        ]
      : []),
  ]
  return says.length === 0
    ? { status: 'succeeded', error: null }
    : { status: 'partial', error: says.join(' ') }
}
