import { inTransaction } from '../../clients'
import { AppError } from '../../platform'
import { announceJob } from '../announce'
import { audit } from '../audit'
import type { PlanKind, PlanView } from '../model'
import { isUuid } from '../jobs'
import { definitionOf } from '../pipeline-info'
import { requirePipeline } from '../require-pipeline'
import type { PlanCommand, PlanDeps } from './command'
import { needsSecond } from './four-eyes'
import { planLifeMs, startPreview } from './plan-previews'
import { deleteExpiredPlans, findPlan, insertPlan } from './plan-store'
import { viewOf } from './plan-view'
import { commandOf, type PlanRequest } from './registry'

const keepExpiredMs = 24 * 3_600_000

/** The exact preview of a write. It binds: applying it does what it shows, or refuses because something moved. */
export async function createPlan(deps: PlanDeps, request: PlanRequest, actor: string): Promise<PlanView> {
  if ('from' in request && request.from >= request.to)
    throw new AppError(
      'bad_request',
      'Planning failed: `from` is not before `to`. Ranges are half-open: from ≤ t < to.',
    )
  const command = requireCommand(request.kind)
  const stored = await requirePipeline(deps, request.pipeline)
  // Read first: what moves while the plan is made is then found when it is applied.
  const facts = (await command.facts?.(deps.pool, { pipeline: stored.name, request })) ?? []
  const draft = await command.preview(deps, { stored, definition: definitionOf(stored) }, request)
  const now = deps.clock.now()
  await deleteExpiredPlans(deps.pool, now - keepExpiredMs)
  const isPreviewed =
    'options' in request && (request.options as { preview?: boolean } | undefined)?.preview === true
  const size = { cells: draft.blastRadius.cells, bytes: draft.estimate.bytes }
  const plan = await inTransaction(deps.pool, async (client) => {
    const made = await insertPlan(client, {
      ...draft,
      expected: { ...draft.expected, facts: [...draft.expected.facts, ...facts] },
      kind: request.kind,
      pipeline: stored.name,
      request,
      createdBy: actor,
      createdAt: now,
      expiresAt: now + planLifeMs,
      needsSecond: await needsSecond(client, size),
    })
    await audit(client, deps.clock, {
      actor,
      action: 'plan.create',
      object: stored.name,
      detail: { planId: made.id, kind: request.kind, blastRadius: draft.blastRadius },
    })
    return isPreviewed ? startPreview(client, made, { definition: definitionOf(stored), now }) : made
  })
  if (plan.preview)
    announceJob(deps.nats, { id: plan.preview.jobId, pipeline: plan.pipeline, status: 'queued', progress: 0 })
  return viewOf(plan, now)
}

export function requireCommand(kind: PlanKind): PlanCommand<object> {
  const command = commandOf(kind)
  if (!command) throw new AppError('bad_request', `Planning failed: there is no plan of kind ${kind}.`)
  return command
}

export async function getPlan(
  { pool, clock }: Pick<PlanDeps, 'pool' | 'clock'>,
  id: string,
): Promise<PlanView> {
  const plan = isUuid(id) ? await findPlan(pool, id) : null
  if (!plan) throw noPlan(id)
  return viewOf(plan, clock.now())
}

export const noPlan = (id: string) =>
  new AppError('not_found', `There is no plan ${id.slice(0, 64)}. Plans are kept for a day; make a new one.`)
