export { applyPlan } from './apply-plan'
export { queuedItem } from './recompute'
export { createPlan, getPlan, type PlanRequest } from './create-plan'
