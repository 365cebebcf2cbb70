import { inTransaction, type PoolClient } from '../../clients'
import { AppError, crashPoint } from '../../platform'
import { announceJob, announcePublication } from '../announce'
import { audit } from '../audit'
import { findJob } from '../job-store'
import { isUuid } from '../jobs'
import { lockDefinitions } from '../pipeline-store'
import type { Change, PlanDeps } from './command'
import { noPlan, requireCommand } from './create-plan'
import { isApproved, needsSecond } from './four-eyes'
import { planChanges } from './plan-moved'
import { lockPlan, markApplied, type StoredPlan } from './plan-store'
import { iso } from './instant'

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
  deps: PlanDeps,
  { id, actor, reason }: Application,
): Promise<{ jobId: string }> {
  if (reason.trim() === '')
    throw new AppError('bad_request', 'Applying the plan failed: `reason` is empty. Say why it is done.')
  if (!isUuid(id)) throw noPlan(id)
  const { jobId, published, afterCommit } = await inTransaction(deps.pool, async (client) => {
    const plan = await lockPlan(client, id)
    if (!plan) throw noPlan(id)
    const now = deps.clock.now()
    refuse(plan, lifeChanges(plan, now))
    await lockDefinitions(client)
    await client.query('SELECT 1 FROM compute WHERE id = $1 FOR NO KEY UPDATE', [plan.expected.computeId])
    refuse(plan, [...(await planChanges(client, plan)), ...(await missingApproval(client, plan, actor))])
    const applied = await requireCommand(plan.kind).apply(client, plan, { actor, reason }, deps)
    crashPoint('control.plan.inside')
    await markApplied(client, { id, at: now, actor, reason, jobId: applied.jobId })
    await audit(client, deps.clock, {
      actor,
      action: 'plan.apply',
      object: plan.pipeline,
      detail: {
        planId: id,
        kind: plan.kind,
        jobId: applied.jobId,
        reason,
        blastRadius: plan.blastRadius,
        ...(plan.approvals.length > 0 && { approvedBy: plan.approvals.map(({ by }) => by) }),
      },
    })
    return applied
  })
  crashPoint('control.plan.after')
  afterCommit?.()
  if (published) announcePublication(deps.nats, published)
  const job = await findJob(deps.pool, jobId)
  if (job) announceJob(deps.nats, job)
  return { jobId }
}

/** The policy as it is now counts too: it may have been tightened since the plan was made. */
async function missingApproval(client: PoolClient, plan: StoredPlan, actor: string): Promise<Change[]> {
  const { blastRadius, estimate } = plan
  const needed =
    plan.needsSecond || (await needsSecond(client, { cells: blastRadius.cells, bytes: estimate.bytes }))
  if (!needed || isApproved(plan, actor)) return []
  const by = plan.approvals.map((approval) => approval.by).join(', ')
  return [
    {
      what: 'approval',
      expected: `one by somebody other than ${[...new Set([plan.createdBy, actor])].join(' and ')}`,
      found: by === '' ? 'none' : `by ${by}`,
    },
  ]
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
    `Applying the plan was refused: ${first.what} was expected to be ${text(first.expected)}, found ${text(first.found)}. ${remedies[first.what] ?? 'Make a new plan.'}`,
    { details: { changed, ...(plan.jobId !== null && { jobId: plan.jobId }) } },
  )
}

/** What to do where a new plan would not help. */
const remedies: Record<string, string> = {
  approval: 'Ask a second person to approve it.',
  preview: 'Wait until it is ready.',
}

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
