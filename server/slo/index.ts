export type * from './model'
export { indicators } from './model'
