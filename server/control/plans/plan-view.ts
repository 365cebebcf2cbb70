import type { PlanView } from '../model'
import type { StoredPlan } from './plan-store'

/** What the screens and the REST face show of a plan. */
export function viewOf({ request, expected, ...plan }: StoredPlan, now: number): PlanView {
  const { definitionVersion, publication, facts } = expected
  const { keys, options } = request as { keys?: string[]; options?: Record<string, unknown> }
  return {
    ...plan,
    state: stateOf(plan, now),
    keys: keys ?? null,
    options: options ?? {},
    expected: { definitionVersion, publication, facts },
  }
}

export const stateOf = (
  { appliedAt, expiresAt }: Pick<StoredPlan, 'appliedAt' | 'expiresAt'>,
  now: number,
): PlanView['state'] => (appliedAt !== null ? 'applied' : now >= expiresAt ? 'expired' : 'ready')
