export { readDebug, type DebugQuery } from './read-debug'
export type * from './model'
