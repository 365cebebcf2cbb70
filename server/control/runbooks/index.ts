export { applyRunbook, provisionRunbooks, type AppliedRunbook } from './apply-runbook'
export { endRun, readRun, recordNote, recordPlan, runCheck, startRun } from './carry-out'
export { getRunbook, listRunbooks } from './read-runbooks'
