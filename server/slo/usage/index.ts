export { splitExact } from './split-exact'
export { openUsage, type Usage, type UsageMeter } from './usage'
export { ofType, typeOf, type UsagePlace } from './usage-book'
export { forgetUsage } from './usage-store'
