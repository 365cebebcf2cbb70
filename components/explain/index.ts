export { ExplainFromUrl } from './explain-from-url'
export { targetOf, writeTarget } from './explain-target'
export type { ExplainTarget } from './explain-target'
export { useExplain } from './use-explain'
