export { explain, type ExplainQuery } from './explain-cell'
export type * from './model'
