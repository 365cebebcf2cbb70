export { applyPlan } from './apply-plan'
export { createPlan, getPlan, type PlanRequest } from './create-plan'
