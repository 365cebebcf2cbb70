export { publicationName, wholeWindows } from './draft'
export type { BackfillMode, Draft } from './draft'
export { PlanProvider, useOpenPlan } from './plan-provider'
