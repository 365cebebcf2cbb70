import { inTransaction, type Pool, type PoolClient } from '../../clients'
import { canonicalJson } from '../canonical-json'
import type { Change, PlanCommand } from './command'
import { requireCommand } from './create-plan'
import { findPlan, type StoredPlan } from './plan-store'

/** What moved since an applied plan was made, read when the job it made begins; empty: the plan still holds. */
export async function planMoved(pool: Pool, planId: string | null): Promise<Change[]> {
  const plan = planId === null ? null : await findPlan(pool, planId)
  return plan === null ? [] : inTransaction(pool, (client) => planChanges(client, plan))
}

export async function planChanges(client: PoolClient, plan: StoredPlan): Promise<Change[]> {
  const command = requireCommand(plan.kind)
  return [...(await command.changes(client, plan)), ...(await factChanges(client, command, plan))]
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
