export { applyDefinition, previewDefinition } from './apply-definition'
export { audit, withAudit, type AuditEntry } from './audit'
export { exportAudit, type AuditFormat } from './audit-export'
export { verifyAuditFile } from './audit-file'
export { runAuditRelay } from './audit-relay'
export {
  auditHead,
  auditNames,
  getAuditEntry,
  searchAudit,
  type AuditFilter,
  type AuditPage,
} from './audit-search'
export { verifyAudit, type Verification } from './audit-verify'
export { runBatchWorker, type BatchDeps, type BatchWorkerOptions, type Governor } from './batch-worker'
export { readable, type Readable } from './compiled'
export { archiveDirOf } from './archive-dir'
export { runLogKeeper } from './continuity/keep-log'
export { saveDiskUses } from './disks/disk-store'
export { diskFolders } from './disks/folders'
export { getConsole, wireConsole, type Console } from './console'
export type * from './cost/model'
export { costLayers } from './cost/model'
export { readCostFacts } from './cost/read-cost-facts'
export { readCosts } from './cost/read-costs'
export { readCostHours } from './cost/read-cost-hours'
export { readPrices, setPrices } from './cost/prices'
export { runCosts } from './cost/run-costs'
export { listDeadLetters } from './dead-letters'
export { readDebug } from './debug'
export type * from './debug'
export { explain, explainEvents, explainEventsLimit } from './explain'
export type * from './explain/model'
export {
  acknowledge,
  escalate,
  getIncident,
  getPostmortem,
  listIncidents,
  note,
  resolve,
  savePostmortem,
  snooze,
  startIncident,
} from './incidents'
export type * from './incidents/model'
export { JobRun } from './job-run'
export { jobStatements, type ClaimedJob } from './job-store'
export { getJob, listJobs, requestCancel, requestPause, requestResume } from './jobs'
export { openGovernor } from './governor'
export { definitionOf, measureInfo } from './pipeline-info'
export { definitionHistory, exportDefinition, getPipeline, listPipelines, removePipeline } from './pipelines'
export { applyPlan, approvePlan, createPlan, getPlan, listProposals, type PlanRequest } from './plans'
export { readPolicy, setPolicy, type Policy } from './policy'
export { listProducers, type Producers, type ProducerView } from './producers'
export { proposalSummaries } from './proposal-summaries'
export { requirePipeline } from './require-pipeline'
export { Recent } from './recent'
export { readOverview } from './overview'
export type * from './overview/model'
export {
  applyRunbook,
  endRun,
  getRunbook,
  listRunbooks,
  provisionRunbooks,
  readRun,
  recordNote,
  recordPlan,
  runCheck,
  startRun,
  type AppliedRunbook,
} from './runbooks'
export type * from './runbooks/model'
export { makeBackup } from './backup/make-backup'
export { backupParts, restoreBackup, type BackupPart, type Restored } from './backup/restore-backup'
export { bringInStep, readContinuity, type KeptTail, type StepReport } from './continuity/bring-in-step'
export { speedGuards } from './speed-guards'
export { fixPartitions } from './setting-store'
export { pipelineStatus } from './status'
export { systemHealth } from './system-health'
export { readAlertHistory, readBacklog, readTriage } from './triage'
export type * from './triage'
export type * from './model'
