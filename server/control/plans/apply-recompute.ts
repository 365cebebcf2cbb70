import type { PoolClient } from '../../clients'
import { AppError, newId } from '../../platform'
import { audit } from '../audit'
import { compiledOf } from '../compiled'
import { enqueueGuard } from '../guard-jobs'
import { insertFinishedJob, insertJob } from '../job-store'
import type { PlanPreview } from '../model'
import { definitionOf } from '../pipeline-info'
import { findPipeline, type StoredPipeline } from '../pipeline-store'
import { publishStaged } from '../publish-staged'
import { comparisonOf } from '../run-store'
import type { Applied, Approval, PlanDeps } from './command'
import type { StoredPlan } from './plan-store'
import { previewOf } from './plan-view'
import { requireQuota } from './quota'
import { queuedItem, rangesOf } from './recompute-items'
import type { BackfillOptions, RecomputeRequest } from './recompute-options'

/**
 * Puts in force exactly the versions that the plan's preview shows; without one, makes the job that recomputes. In
 * the applying transaction.
 */
export async function applyRecompute(
  client: PoolClient,
  plan: StoredPlan,
  approval: Approval,
  deps: PlanDeps,
): Promise<Applied> {
  const stored = await findPipeline(client, plan.pipeline)
  if (!stored) throw new AppError('not_found', `There is no pipeline ${plan.pipeline}.`)
  const preview = previewOf(plan)
  if (preview?.status === 'ready') return publishPreview(client, { plan, preview, stored }, approval, deps)
  await requireQuota(client, definitionOf(stored), plan.estimate.bytes)
  const { guard, runAt } = optionsOf(plan)
  const jobId = await insertJob(client, {
    kind: plan.kind,
    pipeline: plan.pipeline,
    planId: plan.id,
    payload: {
      computeId: plan.expected.computeId,
      ranges: rangesOf(plan.items),
      ...(guard && { guard }),
      ...(runAt !== undefined && { isPostponed: true }),
    },
    items: plan.items.map(queuedItem),
    createdBy: approval.actor,
    reason: approval.reason,
    ...(runAt !== undefined && { runAfter: runAt }),
  })
  if (jobId === null) throw new Error('a job without a dedupe key was taken for a duplicate')
  return { jobId, published: null }
}

const optionsOf = ({ request }: StoredPlan): Partial<BackfillOptions> =>
  (request as RecomputeRequest).options ?? {}

async function publishPreview(
  client: PoolClient,
  { plan, preview, stored }: { plan: StoredPlan; preview: PlanPreview; stored: StoredPipeline },
  { actor, reason }: Approval,
  { clock }: PlanDeps,
): Promise<Applied> {
  const jobId = newId()
  const { published, corrections } = await publishStaged(client, {
    compiled: compiledOf(stored),
    computeId: stored.computeId,
    versionIds: preview.versionIds,
    actor,
    reason,
    jobId,
  })
  const { guard } = optionsOf(plan)
  const job = { id: jobId, pipeline: plan.pipeline, planId: plan.id, createdBy: actor, reason }
  const guardJob = guard ? await enqueueGuard(client, { published, job, guard, now: clock.now() }) : null
  const { publication, boundary } = published
  await insertFinishedJob(client, {
    ...job,
    kind: plan.kind,
    payload: { computeId: stored.computeId, ranges: rangesOf(plan.items), previewJobId: preview.jobId },
    items: plan.items.map((item, i) => ({
      ...queuedItem(item),
      status: 'succeeded',
      version: preview.versions[i] ?? null,
      rows: item.cells,
    })),
    result: {
      ranges: preview.versionIds.length,
      publication,
      boundary,
      corrections,
      comparison: await comparisonOf(client, preview.versionIds),
      ...(guardJob && { guardJob }),
    },
  })
  await audit(client, clock, {
    actor,
    action: 'version.publish',
    object: plan.pipeline,
    detail: { jobId, publication, versions: preview.versions },
  })
  return { jobId, published }
}
