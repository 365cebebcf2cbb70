export { SpeedBases } from './speed-bases'
export {
  addDelta,
  decideCommit,
  partitionKey,
  type BucketValue,
  type CauseCounts,
  type CellDelta,
  type CommitDecision,
  type LostReason,
  type MergeCells,
  type PartitionCommit,
  type PositionRow,
  type SpeedCounters,
} from './speed-commit'
export { commitSpeed, type SpeedCommit, type SpeedCommitResult } from './speed-view-store'
export {
  acquireLeases,
  ensurePositions,
  heartbeatLeases,
  readSpread,
  releaseLeases,
  removeWorkers,
  workersOfScope,
  writeWorker,
  type HeldLease,
  type Lease,
  type SpeedWorkerRow,
} from './speed-view-store-leases'
