import { inTransaction } from '../../clients'
import { AppError } from '../../platform'
import { audit } from '../audit'
import { isUuid } from '../jobs'
import type { PlanView } from '../model'
import type { PlanDeps } from './command'
import { noPlan } from './create-plan'
import { addApproval, lockPlan } from './plan-store'
import { stateOf, viewOf } from './plan-view'

const approvalsLimit = 20

/** A second person says that the plan may be applied; it does nothing else. */
export async function approvePlan(
  { pool, clock }: Pick<PlanDeps, 'pool' | 'clock'>,
  { id, actor, reason }: { id: string; actor: string; reason: string },
): Promise<PlanView> {
  if (!isUuid(id)) throw noPlan(id)
  return inTransaction(pool, async (client) => {
    const plan = await lockPlan(client, id)
    if (!plan) throw noPlan(id)
    const now = clock.now()
    const state = stateOf(plan, now)
    if (state !== 'ready')
      throw new AppError('conflict', `Approving the plan was refused: it is ${state}. Make a new plan.`, {
        details: { changed: [{ what: 'plan', expected: 'ready', found: state }] },
      })
    if (plan.createdBy === actor)
      throw new AppError(
        'forbidden',
        'Approving the plan was refused: whoever made it cannot be the second person. Ask somebody else who may write plans.',
      )
    if (plan.approvals.some(({ by }) => by === actor) || plan.approvals.length >= approvalsLimit)
      return viewOf(plan, now)
    const approved = await addApproval(client, id, { by: actor, at: now, reason })
    await audit(client, clock, {
      actor,
      action: 'plan.approve',
      object: plan.pipeline,
      detail: { planId: id, kind: plan.kind, createdBy: plan.createdBy, reason },
    })
    return viewOf(approved, now)
  })
}
