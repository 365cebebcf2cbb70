export { AlertsScreen } from './alerts-screen'
export { ActionButton, linkOf } from './action-button'
export { AlertList } from './alert-list'
export { boardSummary, byPipeline, ownLines } from './alert-words'
