export { copyText } from './copy-text'
export { decodeCursor, encodeCursor } from './cursor'
export { cursorSecret } from './cursor-secret-store'
export type { Cut } from './cut'
export { listVersions, type ListedVersion, type VersionList } from './list-versions'
export { type Completeness, type Coverage, type Hole } from './merge'
export { type Flip, type MapEntry } from './publication'
export type { PublicationRow } from './publication-store'
export {
  publishThrough,
  publishVersions,
  type FlipRequest,
  type Published,
  type PublishRequest,
} from './publish'
export { overlaps, subtract, union, type Range } from './ranges'
export { readCell, type EpochPart, type ExplainedCell, type VersionPart } from './read-cell'
export {
  readSeries,
  seriesStep,
  type Layer,
  type SeriesAnswer,
  type SeriesPoint,
  type SeriesQuery,
} from './read-series'
export { readTopKeys, type TopKey, type TopKeysAnswer, type TopKeysQuery } from './read-top-keys'
export {
  readValues,
  valuesLimit,
  type Provenance,
  type ValueCell,
  type ValuesAnswer,
  type ValuesQuery,
} from './read-values'
export {
  previewRollback,
  rollbackThrough,
  rollbackTo,
  type RollbackPreview,
  type RollbackRequest,
  type RollbackTarget,
} from './rollback'
export { readRestartPoint, restartFromCut, skipTo, type RestartPoint, type Skip } from './restart-speed'
export { rotateEpoch } from './rotate-epoch'
export {
  beginVersion,
  discardThrough,
  discardVersions,
  finishVersion,
  stageChunk,
  stageThrough,
  stageVersion,
  type BegunVersion,
  type CellLines,
  type StagedVersion,
} from './stage-version'
export {
  findVersion,
  readVersions,
  type NewVersion,
  type VersionRow,
  type VersionState,
} from './version-store'
export { countWindowKeys } from './window-keys-store'
export { SpeedBases } from './speed-bases'
export {
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
export {
  commitThrough,
  type BucketWrite,
  type SpeedCommit,
  type SpeedCommitResult,
  type SpeedView,
  type SpeedViewTransaction,
} from './commit-speed'
export { commitSpeed, speedViewOf } from './speed-view-store'
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
export { vacuum, vacuumThrough, type Vacuumed, type VacuumRequest } from './vacuum'
export { servingStoreOf, type ServingStore, type ServingTransaction } from './serving-store'
