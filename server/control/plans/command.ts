import type { PoolClient, Pool } from '../../clients'
import type { Definition } from '../../pipeline'
import type { Clock } from '../../platform'
import type { Published } from '../../serving'
import type { StoredPipeline } from '../pipeline-store'
import type { PlanDraft, StoredPlan } from './plan-store'

export interface PlanDeps {
  pool: Pool
  clock: Clock
}

export interface Target {
  stored: StoredPipeline
  definition: Definition
}

export interface Approval {
  actor: string
  reason: string
}

/** A difference between what the plan was made on and what is there now. */
export interface Change {
  what: string
  expected: unknown
  found: unknown
}

/** One kind of write: how it is previewed, what makes a preview stale, and what applying it does. */
export interface PlanCommand<Request> {
  preview(deps: PlanDeps, target: Target, request: Request): Promise<PlanDraft>
  /** Runs under the lock of the compute's publication; empty: the plan still holds. */
  changes(client: PoolClient, plan: StoredPlan): Promise<Change[]>
  /** Makes the job, in the applying transaction. A write that is done at once leaves a finished job. */
  apply(
    client: PoolClient,
    plan: StoredPlan,
    approval: Approval,
  ): Promise<{ jobId: string; published: Published | null }>
}
