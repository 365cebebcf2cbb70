import { inTransaction, type PoolClient } from '../../clients'
import { AppError } from '../../platform'
import { announceJob, announcePublication } from '../announce'
import { audit } from '../audit'
import { canonicalJson } from '../canonical-json'
import { findJob } from '../job-store'
import { isUuid } from '../jobs'
import { lockDefinitions } from '../pipeline-store'
import type { Change, PlanCommand, PlanDeps } from './command'
import { noPlan, requireCommand } from './create-plan'
import { lockPlan, markApplied, type StoredPlan } from './plan-store'

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
    const command = requireCommand(plan.kind)
    refuse(plan, [...(await command.changes(client, plan)), ...(await factChanges(client, command, plan))])
    const applied = await command.apply(client, plan, { actor, reason }, deps)
    await markApplied(client, { id, at: now, actor, reason, jobId: applied.jobId })
    await audit(client, deps.clock, {
      actor,
      action: 'plan.apply',
      object: plan.pipeline,
      detail: { planId: id, kind: plan.kind, jobId: applied.jobId, reason, blastRadius: plan.blastRadius },
    })
    return applied
  })
  afterCommit?.()
  if (published) announcePublication(deps.nats, published)
  const job = await findJob(deps.pool, jobId)
  if (job) announceJob(deps.nats, job)
  return { jobId }
}

async function factChanges(
  client: PoolClient,
  command: PlanCommand<object>,
  { pipeline, request, expected }: StoredPlan,
): Promise<Change[]> {
  if (!command.facts) return []
  const now = await command.facts(client, { pipeline, request })
  const found = new Map(now.map(({ what, value }) => [what, value]))
  const known = new Set(expected.facts.map(({ what }) => what))
  return [
    ...expected.facts
      .filter(({ what, value }) => canonicalJson(found.get(what) ?? null) !== canonicalJson(value))
      .map(({ what, value }) => ({ what, expected: value, found: found.get(what) ?? null })),
    ...now
      .filter(({ what }) => !known.has(what))
      .map(({ what, value }) => ({ what, expected: null, found: value })),
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
    `Applying the plan was refused: ${first.what} was expected to be ${text(first.expected)}, found ${text(first.found)}. Make a new plan.`,
    { details: { changed, ...(plan.jobId !== null && { jobId: plan.jobId }) } },
  )
}

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
const iso = (at: number) => new Date(at).toISOString()
