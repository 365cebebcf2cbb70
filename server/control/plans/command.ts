import type { Nats, Pool, PoolClient } from '../../clients'
import type { Definition } from '../../pipeline'
import type { Clock } from '../../platform'
import type { Published } from '../../serving'
import type { PlanFact } from '../model'
import type { StoredPipeline } from '../pipeline-store'
import type { PlanDraft, StoredPlan } from './plan-store'

type Queryable = Pick<Pool | PoolClient, 'query'>

export interface PlanDeps {
  pool: Pool
  nats: Nats
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

export interface Applied {
  jobId: string
  /** What the kind put in force at once; null: nothing, or its job will. */
  published: Published | null
  /** Runs once the transaction is through; what it does may be lost, so it only tells others. */
  afterCommit?: () => void
}

/**
 * One kind of write: how it is previewed, what makes a preview stale, and what applying it does. A new kind is a file
 * with such an object, a line in `registry.ts`, and its request in `server/api/plan-request.ts`.
 */
export interface PlanCommand<Request> {
  preview(deps: PlanDeps, target: Target, request: Request): Promise<PlanDraft>
  /**
   * What the plan rests on beside its definition and ranges. Read when it is made and again, under the locks, when it
   * is applied: a value that differs then is a conflict that names it.
   */
  facts?(db: Queryable, scope: { pipeline: string; request: Request }): Promise<PlanFact[]>
  /**
   * Runs under the locks of the definitions and of the compute's publication, and once more, without locks, when a
   * postponed job begins; empty: the plan still holds.
   */
  changes(client: PoolClient, plan: StoredPlan): Promise<Change[]>
  /** Makes the job, in the applying transaction. A write that is done at once leaves a finished job. */
  apply(client: PoolClient, plan: StoredPlan, approval: Approval, deps: PlanDeps): Promise<Applied>
}
