import type { PlanView } from '@/server/api'

export interface Change {
  what: string
  expected: string
  found: string
}

/** Where a plan stands. Applying it either does what it showed or is refused with what moved. */
export type PlanState =
  | { at: 'planning' }
  | { at: 'ready'; plan: PlanView }
  | { at: 'failed'; message: string; code: string }
  | { at: 'expired'; plan: PlanView }
  | { at: 'applying'; plan: PlanView }
  | { at: 'refused'; plan: PlanView; message: string; code: string; changes: Change[] }
  | { at: 'applied'; plan: PlanView; jobId: string }

export type PlanEvent =
  | { type: 'asked' }
  | { type: 'planned'; plan: PlanView }
  | { type: 'planFailed'; message: string; code: string }
  | { type: 'timePassed'; now: number }
  | { type: 'applyStarted' }
  | { type: 'applyRefused'; message: string; code: string; changes: Change[] }
  | { type: 'applySucceeded'; jobId: string }

export function nextPlanState(state: PlanState, event: PlanEvent): PlanState {
  switch (event.type) {
    case 'asked':
      return { at: 'planning' }
    case 'planned':
      return state.at === 'planning' ? { at: 'ready', plan: event.plan } : state
    case 'planFailed':
      return state.at === 'planning' ? { at: 'failed', message: event.message, code: event.code } : state
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

/** The `changed` list of a 409, as far as it is readable. */
export function readChanges(details: Record<string, unknown>): Change[] {
  const { changed } = details
  if (!Array.isArray(changed)) return []
  return changed.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return { what: String(entry), expected: '', found: '' }
    const { what, expected, found } = entry as Record<string, unknown>
    return { what: text(what), expected: text(expected), found: text(found) }
  })
}

function text(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(text).join('; ')
  if (typeof value === 'string') return value
  return JSON.stringify(value)
}
