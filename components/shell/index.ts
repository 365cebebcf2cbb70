export { PageHead } from './page-head'
export { Shell } from './shell'
