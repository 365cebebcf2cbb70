export { applyPlan } from './apply-plan'
export { queuedItem } from './recompute'
export { createPlan, getPlan } from './create-plan'
export type { PlanRequest } from './registry'
