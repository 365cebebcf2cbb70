export { openAppender, type Appender, type AppenderOptions } from './appender'
export { eventSpanId } from './event-trace'
export { openDiskGuard, readDiskUses, type DiskFolders, type DiskGuard } from './disk-guard'
export { judgeDisk, usedShare, type DiskUse } from './judge-disk'
export { durability, type Durability } from './durability'
export { encodeFrame, type Frame } from './frame'
export { firstAfter } from './first-after'
export type { AttributeValue, CheckedEvent, LogEvent, Rejection, RejectionCode } from './log-event'
export { openGateway, type Gateway, type IngestResult, type RejectedEvent } from './gateway'
export { maxBodyBytes } from './limits'
export type { DeadEvent, DecodedEvent } from './message'
export { appendOrKeep, openQuarantine, type Quarantine } from './quarantine'
export { redriveKept, type Redriven } from './quarantine-redrive'
export { openLogReader, type BatchInfo, type LogReader, type LogReaderOptions } from './reader'
export { openSchemaRegistry, type SchemaRegistry, type SchemaVersion } from './registry'
export { latestSchema } from './registry-store'
export { bringLogTo, hasLog, readRaw, type RawMessage } from './raw-messages'
export { parkEvents, type Unusable } from './park-events'
export { parseInstant } from './rfc3339'
export type { DataCheck, SchemasInForce } from './schemas-in-force'
export {
  auditStream,
  correctionsStream,
  eventsStream,
  provisionStreams,
  quarantineStream,
  readLogIdentity,
  setLogAge,
  streamState,
  viewsStream,
  type LogLimits,
  type StreamState,
} from './stream'
export { logBytesByType, type LogBytes } from './stream-bytes'
export { parseSubject, subjectOf } from './subject'
export { adoptArchive, checkArchive, claimArchive } from './archive/archive-id'
export { adoptSegments, type Adopted } from './archive/adopt-segments'
export { runArchiver, type ArchiverOptions, type ArchiverStatus } from './archive/archiver'
export { archivedRelation, type ArchivedRelation } from './archive/archived-relation'
export { archivedSeq } from './archive/archive-store'
export { requestFlush } from './archive/flush-request'
export { stageKept, stageLogTail, type LogTail, type LogTailOptions } from './archive/log-tail'
