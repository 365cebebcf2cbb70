export { publicationName, wholeWindows } from './draft'
export type { Draft } from './draft'
export { PlanProvider, useOpenPlan } from './plan-provider'
