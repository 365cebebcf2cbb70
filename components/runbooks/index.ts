export { RunbookScreen } from './runbook-screen'
export { RunbooksScreen } from './runbooks-screen'
export { scoreText } from './run-words'
export { RunView } from './run-view'
