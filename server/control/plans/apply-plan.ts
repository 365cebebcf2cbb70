import { inTransaction, type Nats } from '../../clients'
import { AppError } from '../../platform'
import type { Published } from '../../serving'
import { announceJob, announcePublication } from '../announce'
import { audit } from '../audit'
import { isUuid } from '../jobs'
import type { PlanKind } from '../model'
import { lockDefinitions } from '../pipeline-store'
import { backfill } from './backfill'
import type { Change, PlanCommand, PlanDeps } from './command'
import { noPlan } from './create-plan'
import { lockPlan, markApplied, type StoredPlan } from './plan-store'
import { reconcile } from './reconcile'
import { rollback } from './rollback'

const commands: Record<PlanKind, Pick<PlanCommand<never>, 'changes' | 'apply'>> = {
  reconcile,
  backfill,
  rollback,
}

interface Application {
  id: string
  actor: string
  reason: string
}

/**
 * Does what the plan showed, or refuses with `conflict` and `changed`, naming what moved since. Under the locks of
 * the plan, the definitions and the publication, in one transaction with the job and the audit entry.
 */
export async function applyPlan(
  deps: PlanDeps & { nats: Nats },
  { id, actor, reason }: Application,
): Promise<{ jobId: string }> {
  if (reason.trim() === '')
    throw new AppError('bad_request', 'Applying the plan failed: `reason` is empty. Say why it is done.')
  if (!isUuid(id)) throw noPlan(id)
  const { jobId, plan, published } = await inTransaction(deps.pool, async (client) => {
    const plan = await lockPlan(client, id)
    if (!plan) throw noPlan(id)
    const now = deps.clock.now()
    refuse(plan, lifeChanges(plan, now))
    await lockDefinitions(client)
    await client.query('SELECT 1 FROM compute WHERE id = $1 FOR NO KEY UPDATE', [plan.expected.computeId])
    const command = commands[plan.kind]
    refuse(plan, await command.changes(client, plan))
    const result: { jobId: string; published: Published | null } = await command.apply(client, plan, {
      actor,
      reason,
    })
    await markApplied(client, { id, at: now, actor, reason, jobId: result.jobId })
    await audit(client, deps.clock, {
      actor,
      action: 'plan.apply',
      object: plan.pipeline,
      detail: { planId: id, kind: plan.kind, jobId: result.jobId, reason, blastRadius: plan.blastRadius },
    })
    return { ...result, plan }
  })
  if (published) announcePublication(deps.nats, published)
  announceJob(deps.nats, {
    id: jobId,
    pipeline: plan.pipeline,
    status: published ? 'succeeded' : 'queued',
    progress: published ? 1 : 0,
  })
  return { jobId }
}

function lifeChanges(plan: StoredPlan, now: number): Change[] {
  if (plan.appliedAt !== null)
    return [
      {
        what: 'plan',
        expected: 'not applied',
        found: `applied by ${plan.appliedBy ?? 'someone'} at ${iso(plan.appliedAt)}, job ${plan.jobId ?? ''}`,
      },
    ]
  return now >= plan.expiresAt
    ? [{ what: 'plan', expected: 'not expired', found: `expired at ${iso(plan.expiresAt)}` }]
    : []
}

function refuse(plan: StoredPlan, changed: Change[]): void {
  const [first] = changed
  if (!first) return
  throw new AppError(
    'conflict',
    `Applying the plan was refused: ${first.what} was expected to be ${text(first.expected)}, found ${text(first.found)}. Make a new plan.`,
    { details: { changed, ...(plan.jobId !== null && { jobId: plan.jobId }) } },
  )
}

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
const iso = (at: number) => new Date(at).toISOString()
