export { readAlertHistory, type AlertHistory } from './alert-history'
export { readTriage } from './triage'
export type * from './model'
