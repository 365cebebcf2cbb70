export { bind, type Bound } from './bind'
export { systemClock, type Clock } from './clock'
export { crashLine, crashPoint } from './crash-point'
export { readDisk, type DiskSpace } from './disk'
export { readEnv, readPort, type Env, type LogLevel } from './env'
export { AppError, statusByCode, type ErrorCode } from './errors'
export { newId, sha256Hex } from './ids'
export { leaseTimes } from './lease-times'
export { logger, type Logger } from './logger'
export { projectRoot } from './project-root'
export { Random } from './random'
export { backoffMs, retry, type RetryPolicy } from './retry'
export { sleep } from './sleep'
export type { Stop } from './stop'
export { syncFile } from './sync-file'
export { systemTiming, type Timing } from './timing'
export {
  admitEventTrace,
  collectSpans,
  currentTrace,
  inTrace,
  noteDroppedTraces,
  nowUs,
  recordSpan,
  withRootSpan,
  withSpan,
  type SpanAttributes,
  type SpanRecord,
} from './telemetry'
export {
  formatTraceparent,
  isSampled,
  newSpanId,
  newTraceContext,
  readTraceparent,
  spanIdOf,
  traceIdOf,
  type TraceContext,
} from './telemetry-context'
