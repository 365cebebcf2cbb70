import type { PlanState } from './plan-state'
import type { Weight } from './plan-weight'

interface Confirmation {
  state: PlanState
  reason: string
  /** What was typed where the weight asks for the pipeline's name. */
  typed: string
  weight: Weight
  pipeline: string
  me: string
}

/** Why the plan cannot be applied now, in a few words beside the button; null: it can. */
export function whyOff({ state, reason, typed, weight, pipeline, me }: Confirmation): string | null {
  switch (state.at) {
    case 'drafting':
      return 'fill in what is asked above'
    case 'planning':
      return 'the plan is being made'
    case 'failed':
      return 'there is no plan to apply'
    case 'expired':
      return 'the plan expired, make it again'
    case 'refused':
      return 'things moved, plan again'
    case 'applying':
      return 'being applied'
    case 'applied':
      return 'it has been applied'
    case 'ready':
  }
  const { plan } = state
  if (plan.items.length === 0) return 'nothing would change'
  const preview = plan.preview?.status
  if (preview === 'queued' || preview === 'running') return 'the difference is being computed'
  if (plan.needsSecond && !plan.approvals.some(({ by }) => by !== me)) return 'another person must approve'
  if (weight === 'typed' && typed.trim() !== pipeline) return 'type the pipeline’s name first'
  return reason.trim() === '' ? 'give a reason first' : null
}
