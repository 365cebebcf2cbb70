import type { PipelineStatus, WorkerStatus } from '../../control'
import { iso, isoOrNull } from './instants'

/** A pipeline's status as REST tells it: instants as text. */
export function statusBody(status: PipelineStatus) {
  const { workers, position, timeToDataLossS, lastRun, paused, shadow, ...rest } = status
  return {
    ...rest,
    at: iso(status.at),
    watermark: isoOrNull(status.watermark),
    boundary: isoOrNull(status.boundary),
    position: position.map((part) => ({
      ...part,
      watermark: isoOrNull(part.watermark),
      logTime: isoOrNull(part.logTime),
      leaseUntil: isoOrNull(part.leaseUntil),
    })),
    catchUpEta: isoOrNull(status.catchUpEta),
    /** Seconds; null: nothing can be dropped. */
    timeToDataLoss: timeToDataLossS,
    workers: workers.map(workerBody),
    paused: paused.map((pause) => ({ ...pause, since: iso(pause.since), until: isoOrNull(pause.until) })),
    shadow: shadow && { ...shadow, boundary: isoOrNull(shadow.boundary) },
    lastRun: lastRun && { ...lastRun, finishedAt: isoOrNull(lastRun.finishedAt) },
  }
}

const workerBody = (worker: WorkerStatus) => ({
  ...worker,
  startedAt: iso(worker.startedAt),
  heartbeatAt: iso(worker.heartbeatAt),
})
