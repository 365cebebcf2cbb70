export { ActionButton, linkOf } from './action-button'
export { AlertList } from './alert-list'
export { boardSummary, byPipeline, firingGroups, matchesText, ownLines } from './alert-words'
