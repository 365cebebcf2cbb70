export { ExplainFromUrl } from './explain-from-url'
export { targetOf } from './explain-target'
export { useExplain } from './use-explain'
