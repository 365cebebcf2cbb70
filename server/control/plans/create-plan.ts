import { AppError } from '../../platform'
import type { PlanView } from '../model'
import { definitionOf } from '../pipeline-info'
import { requirePipeline } from '../require-pipeline'
import { backfill, type BackfillRequest } from './backfill'
import type { PlanDeps, Target } from './command'
import { deleteExpiredPlans, findPlan, insertPlan, type PlanDraft, type StoredPlan } from './plan-store'
import { reconcile } from './reconcile'
import { rollback, type RollbackRequest } from './rollback'
import type { Range } from './window-range'
import { isUuid } from '../jobs'

export type PlanRequest = { pipeline: string } & (
  | ({ kind: 'reconcile' } & Range)
  | ({ kind: 'backfill' } & BackfillRequest)
  | ({ kind: 'rollback' } & RollbackRequest)
)

export const planLifeMs = 15 * 60_000
const keepExpiredMs = 24 * 3_600_000

/** The exact preview of a write. It binds: applying it does what it shows, or refuses because something moved. */
export async function createPlan(deps: PlanDeps, request: PlanRequest, actor: string): Promise<PlanView> {
  if ('from' in request && request.from >= request.to)
    throw new AppError(
      'bad_request',
      'Planning failed: `from` is not before `to`. Ranges are half-open: from ≤ t < to.',
    )
  const stored = await requirePipeline(deps, request.pipeline)
  const draft = await preview(deps, { stored, definition: definitionOf(stored) }, request)
  const now = deps.clock.now()
  await deleteExpiredPlans(deps.pool, now - keepExpiredMs)
  const plan = await insertPlan(deps.pool, {
    ...draft,
    kind: request.kind,
    pipeline: stored.name,
    request,
    createdBy: actor,
    createdAt: now,
    expiresAt: now + planLifeMs,
  })
  return viewOf(plan, now)
}

function preview(deps: PlanDeps, target: Target, request: PlanRequest): Promise<PlanDraft> {
  switch (request.kind) {
    case 'reconcile':
      return reconcile.preview(deps, target, request)
    case 'backfill':
      return backfill.preview(deps, target, request)
    case 'rollback':
      return rollback.preview(deps, target, request)
  }
}

export async function getPlan({ pool, clock }: PlanDeps, id: string): Promise<PlanView> {
  const plan = isUuid(id) ? await findPlan(pool, id) : null
  if (!plan) throw noPlan(id)
  return viewOf(plan, clock.now())
}

export const noPlan = (id: string) =>
  new AppError('not_found', `There is no plan ${id.slice(0, 64)}. Plans are kept for a day; make a new one.`)

function viewOf({ request: _request, expected, ...plan }: StoredPlan, now: number): PlanView {
  const { definitionVersion, publication } = expected
  const state = plan.appliedAt !== null ? 'applied' : now >= plan.expiresAt ? 'expired' : 'ready'
  return { ...plan, state, expected: { definitionVersion, publication } }
}
