import type { PoolClient } from '../../clients'
import type { Definition } from '../../pipeline'
import { insertJob } from '../job-store'
import type { PlanPreview, PreviewDiff } from '../model'
import { requireQuota } from './quota'
import { writePreview, type StoredPlan } from './plan-store'
import { queuedItem, rangesOf } from './recompute-items'

export const planLifeMs = 15 * 60_000
/** A plan waits this long for its preview; once that is ready, as long as any other plan. */
const previewLifeMs = 24 * 3_600_000

/** Starts the job that computes the plan for real, on staged versions; in the transaction that makes the plan. */
export async function startPreview(
  client: PoolClient,
  plan: StoredPlan,
  { definition, now }: { definition: Definition; now: number },
): Promise<StoredPlan> {
  await requireQuota(client, definition, plan.estimate.bytes)
  const jobId = await insertJob(client, {
    kind: 'preview',
    pipeline: plan.pipeline,
    planId: plan.id,
    payload: { computeId: plan.expected.computeId, ranges: rangesOf(plan.items) },
    items: plan.items.map(queuedItem),
    createdBy: plan.createdBy,
  })
  if (jobId === null) throw new Error('a job without a dedupe key was taken for a duplicate')
  const preview: PlanPreview = {
    status: 'queued',
    jobId,
    versionIds: [],
    versions: [],
    epoch: null,
    error: null,
    diff: null,
  }
  const waiting = await writePreview(client, plan.id, { preview, now, expiresAt: now + previewLifeMs })
  if (!waiting) throw new Error('the plan just made cannot be found')
  return waiting
}

/** Puts the finished preview on its plan, in the transaction that ends its job. False: nobody can apply it any more. */
export async function finishPreview(
  client: PoolClient,
  planId: string,
  done: {
    jobId: string
    versionIds: number[]
    versions: number[]
    epoch: number
    diff: PreviewDiff
    now: number
  },
): Promise<boolean> {
  const { now, ...preview } = done
  const plan = await writePreview(client, planId, {
    preview: { ...preview, status: 'ready', error: null },
    now,
    expiresAt: now + planLifeMs,
  })
  return plan !== null
}
