import type { PlanView } from '@/server/api'

export interface Change {
  what: string
  expected: string
  found: string
}

/** Something wrong in what was asked for, at its place. */
export interface PlanProblem {
  path: string
  value: string
  expected: string
}

/** Where a plan stands. Applying it either does what it showed or is refused with what moved. */
export type PlanState =
  /** The person has something to fill in before the server can plan. */
  | { at: 'drafting' }
  | { at: 'planning' }
  | { at: 'ready'; plan: PlanView }
  | { at: 'failed'; message: string; code: string; problems: PlanProblem[] }
  | { at: 'expired'; plan: PlanView }
  | { at: 'applying'; plan: PlanView }
  | { at: 'refused'; plan: PlanView; message: string; code: string; changes: Change[] }
  | { at: 'applied'; plan: PlanView; jobId: string }

export type PlanEvent =
  | { type: 'edited' }
  | { type: 'asked' }
  | { type: 'planned'; plan: PlanView }
  /** The same plan, read again: its preview went on, or somebody approved or applied it. */
  | { type: 'updated'; plan: PlanView }
  | { type: 'planFailed'; message: string; code: string; problems: PlanProblem[] }
  | { type: 'timePassed'; now: number }
  | { type: 'applyStarted' }
  | { type: 'applyRefused'; message: string; code: string; changes: Change[] }
  | { type: 'applySucceeded'; jobId: string }

export function nextPlanState(state: PlanState, event: PlanEvent): PlanState {
  switch (event.type) {
    case 'edited':
      return { at: 'drafting' }
    case 'asked':
      return { at: 'planning' }
    case 'planned':
      return state.at === 'planning' ? standing(event.plan) : state
    case 'updated':
      return state.at === 'ready' && state.plan.id === event.plan.id ? standing(event.plan) : state
    case 'planFailed': {
      const { message, code, problems } = event
      return state.at === 'planning' ? { at: 'failed', message, code, problems } : state
    }
    case 'timePassed':
      return state.at === 'ready' && event.now >= state.plan.expiresAt
        ? { at: 'expired', plan: state.plan }
        : state
    case 'applyStarted':
      return state.at === 'ready' ? { at: 'applying', plan: state.plan } : state
    case 'applyRefused': {
      const { message, code, changes } = event
      return state.at === 'applying' ? { at: 'refused', plan: state.plan, message, code, changes } : state
    }
    case 'applySucceeded':
      return state.at === 'applying' ? { at: 'applied', plan: state.plan, jobId: event.jobId } : state
  }
}

/** A plan as the server holds it: a link may open one that is over or done. */
function standing(plan: PlanView): PlanState {
  if (plan.state === 'applied' && plan.jobId !== null) return { at: 'applied', plan, jobId: plan.jobId }
  return plan.state === 'expired' ? { at: 'expired', plan } : { at: 'ready', plan }
}

/** The plan that a state shows; null while there is none. */
export const planOf = (state: PlanState): PlanView | null => ('plan' in state ? state.plan : null)

/** The `changed` list of a 409, as far as it is readable. */
export function readChanges(details: Record<string, unknown>): Change[] {
  return entries(details.changed).map((entry) =>
    isRecord(entry)
      ? { what: text(entry.what), expected: text(entry.expected), found: text(entry.found) }
      : { what: String(entry), expected: '', found: '' },
  )
}

/** The `problems` list of a refused definition. */
export function readProblems(details: Record<string, unknown>): PlanProblem[] {
  return entries(details.problems)
    .filter(isRecord)
    .map(({ path, value, expected }) => ({
      path: text(path),
      value: value === undefined ? '' : text(value),
      expected: text(expected),
    }))
}

const entries = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function text(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(text).join('; ')
  if (typeof value === 'string') return value
  return JSON.stringify(value)
}
