export { createContext } from './context'
export { handleHealthz, handleReadyz } from './rest/health'
export { handleMetrics } from './rest/metrics'
export { handleRegistry } from './rest/registry'
export { handleV1 } from './rest/v1'
export { handleTrpc } from './trpc/handler'
export { appRouter } from './trpc/router'
export type { AppRouter } from './trpc/router'
export type { SessionView, TokenView, UserListItem } from '../auth'
export type {
  Access,
  AuditEntryView,
  AuditVerification,
  Completeness,
  LiveHealth,
  LiveJobs,
  LiveList,
  LiveMessage,
  Me,
  PublicationView,
  Series,
  SeriesPoint,
  TopKey,
  TopKeys,
  Values,
  VersionView,
  Versions,
  WatchMessage,
} from './trpc/shapes'
export type {
  CauseBreakdown,
  Cause,
  DivergenceGrid,
  DivergenceHistogram,
  DivergenceState,
  DivergenceSummary,
  DivergenceTotals,
  DivergingCell,
  GridSort,
  Offender,
  PipelineRow,
  PipelinesGrid,
} from '../reconcile'
export type {
  AppliedDefinition,
  AuditPage,
  AuditRecord,
  DeadLetterView,
  DefinitionVersion,
  Durability,
  GovernorState,
  GuardReport,
  Health,
  JobItem,
  JobKind,
  JobResult,
  JobStatus,
  JobView,
  MeasureInfo,
  PipelineInfo,
  PipelineListItem,
  PipelineStatus,
  PlanApproval,
  PlanEstimate,
  PlanFact,
  PlanItem,
  PlanKind,
  PlanPreview,
  PlanView,
  Policy,
  PreviewDiff,
  SystemHealth,
  WorkerStatus,
} from '../control'
