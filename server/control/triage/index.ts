export { readAlertHistory, type AlertHistory } from './alert-history'
export { readBacklog, readTriage } from './triage'
export type * from './model'
