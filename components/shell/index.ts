export { liveness } from './live-age'
export type { Liveness } from './live-age'
export { PageHead } from './page-head'
export { Shell } from './shell'
