import type { Nats, Pool } from '../clients'
import { openLogReader, streamState, type LogReader, type LogReaderOptions, type StreamState } from '../log'
import { bind, type Bound, type Timing } from '../platform'
import {
  acquireLeases,
  ensurePositions,
  heartbeatLeases,
  readSpread,
  releaseLeases,
  removeWorkers,
  speedViewOf,
  workersOfScope,
  writeWorker,
  type SpeedView,
} from '../serving'
import { readComputesInForce, readDedupeSeed, readSkipped, recordHole } from './compute-store'
import { seqBefore } from './log-seek'
import { parkPoison, type PoisonedCompute } from './park-poison'
import type { Poison } from './poison'
import type { Place } from './process-scope'
import { publishView, type CellsMessage } from './view-message'

const statements = {
  ensurePositions,
  acquireLeases,
  heartbeatLeases,
  releaseLeases,
  readSpread,
  workersOfScope,
  writeWorker,
  removeWorkers,
  readComputesInForce,
  readDedupeSeed,
  readSkipped,
  recordHole,
}

/** What a speed worker asks of the database. */
export type SpeedStore = Bound<typeof statements, Pool> & { view: SpeedView }

/** What a speed worker asks of the log and tells the others. */
export interface SpeedLog {
  open(options: Omit<LogReaderOptions, 'nats' | 'schemas'>): LogReader
  state(): Promise<Pick<StreamState, 'lastSeq' | 'firstAt'>>
  /** The highest sequence all of whose predecessors, itself included, were logged before `time`. */
  seqBefore(time: number): Promise<number>
  /** Calls back when pipelines have changed; the answer ends it. */
  onPipelines(callback: () => void): () => void
  publishView(pipeline: string, message: CellsMessage): void
}

/** All that a speed worker depends on beside the code. */
export interface SpeedPorts {
  store: SpeedStore
  log: SpeedLog
  timing: Timing
  place: Place
  park: (compute: PoisonedCompute, poisons: readonly Poison[]) => Promise<void>
}

export const parkOf =
  (pool: Pool, nats: Nats): SpeedPorts['park'] =>
  (compute, poisons) =>
    parkPoison({ pool, nats }, compute, poisons)

export const speedStoreOf = (pool: Pool): SpeedStore => ({
  ...bind(pool, statements),
  view: speedViewOf(pool),
})

export function speedLogOf(nats: Nats, schemas: LogReaderOptions['schemas']): SpeedLog {
  return {
    open: (options) => openLogReader({ ...options, nats, schemas: schemas ?? null }),
    state: () => streamState(nats),
    seqBefore: (time) => seqBefore(nats, time),
    onPipelines: (callback) => {
      const subscription = nats.nc.subscribe('control.pipelines', { callback })
      return () => {
        subscription.unsubscribe()
      }
    },
    publishView: (pipeline, message) => {
      publishView(nats, pipeline, message)
    },
  }
}
