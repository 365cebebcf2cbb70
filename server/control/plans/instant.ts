import type { PoolClient } from '../../clients'
import { newId } from '../../platform'
import { insertFinishedJob } from '../job-store'
import type { JobItem, JobResult, PlanEstimate, PlanItem } from '../model'
import type { Applied, Approval, Target } from './command'
import type { PlanDraft, StoredPlan } from './plan-store'

/** Said of plans whose write is done in the transaction that applies them. */
export const atOnce = (basis: string): PlanEstimate => ({
  seconds: 0,
  slowSeconds: null,
  bytes: 0,
  events: 0,
  cost: 0,
  basis,
  quota: null,
})

/** An item that is no range of event time. */
export const plainItem = (
  id: number,
  item: Pick<PlanItem, 'label' | 'before' | 'after'> & Partial<PlanItem>,
): PlanItem => ({
  id: String(id),
  from: null,
  to: null,
  windows: 0,
  activeVersions: [],
  becomesVersion: null,
  cells: 0,
  ...item,
})

/** A draft of a write that changes no cell by itself. */
export const plainDraft = (
  { stored, definition }: Target,
  draft: Pick<PlanDraft, 'items' | 'notes' | 'estimate'> & {
    blastRadius?: Partial<PlanDraft['blastRadius']>
  },
): PlanDraft => ({
  items: draft.items,
  notes: draft.notes,
  blastRadius: {
    windows: 0,
    keys: 0,
    cells: 0,
    consumers: [],
    objectives: Object.keys(definition.objectives),
    ...draft.blastRadius,
  },
  estimate: draft.estimate,
  expected: {
    definitionVersion: stored.version,
    computeId: stored.computeId,
    publication: stored.publication,
    coverage: null,
    facts: [],
  },
})

export const jobItemOf = ({ id, label, from, to, cells }: PlanItem, status: JobItem['status']): JobItem => ({
  id,
  label,
  from,
  to,
  status,
  version: null,
  rows: status === 'succeeded' ? cells : null,
  error: null,
})

/** Leaves a finished job for what was done in this transaction. */
export async function doneAtOnce(
  client: PoolClient,
  plan: StoredPlan,
  approval: Approval,
  done: { result: JobResult & Record<string, unknown>; afterCommit?: () => void },
): Promise<Applied> {
  const jobId = newId()
  await insertFinishedJob(client, {
    id: jobId,
    kind: plan.kind,
    pipeline: plan.pipeline,
    planId: plan.id,
    payload: { request: plan.request },
    items: plan.items.map((item) => jobItemOf(item, 'succeeded')),
    result: done.result,
    createdBy: approval.actor,
    reason: approval.reason,
  })
  return { jobId, published: null, ...(done.afterCommit && { afterCommit: done.afterCommit }) }
}

export const iso = (at: number) => new Date(at).toISOString()
