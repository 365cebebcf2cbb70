import type { Pool } from '../../clients'
import { logger, type Clock, type Stop } from '../../platform'
import type { Traffic } from '../model'
import type { Measured } from './measured'
import { writeTallies } from './measurement-store'
import { minuteMs, minuteOf } from './minute'
import { Tally } from './tally'
import { defaultsOf, readThresholds, type ThresholdsOf } from './thresholds'

export interface RecorderOptions {
  pool: Pool
  clock: Clock
  /** Names this run of the process: rows of two sources are added up. */
  source: string
}

export interface RecordOptions {
  /** How many values of this size; default 1. */
  weight?: number
  /** Default `real`. */
  traffic?: Traffic
}

export interface Recorder {
  /** An addition in memory, nothing else: it may be called for every read and every commit. */
  record: (pipeline: string, indicator: Measured, value: number, options?: RecordOptions) => void
  /** Writes what is not written yet. */
  flush: () => Promise<void>
  /** Writes what is left and ends. */
  stop: Stop
}

const flushEveryMs = 5_000
const reloadEveryMs = 10_000
/** Minutes of all pipelines and indicators held while the database is away, at most. */
const slotsLimit = 20_000
/** A closed minute is kept a little, for values recorded just before its end. */
const keptMs = 2 * minuteMs

/** Measures into minutes; each is written whole every few seconds while it is open, and once more when it closed. */
export function openRecorder({ pool, clock, source }: RecorderOptions): Recorder {
  const log = logger('measure')
  let thresholdsOf: ThresholdsOf = (_pipeline, indicator) => defaultsOf(indicator)
  let reportedDrops = 0
  const tally = new Tally((pipeline, indicator) => thresholdsOf(pipeline, indicator), slotsLimit)

  const reload = () =>
    readThresholds(pool).then(
      (read) => {
        thresholdsOf = read
      },
      (error: unknown) => {
        log.warn({ err: error }, 'reading the thresholds failed; those read before stay')
      },
    )
  const write = async () => {
    const taken = tally.take()
    try {
      if (taken.length > 0) await writeTallies(pool, source, taken)
      tally.forgetBefore(minuteOf(clock.now() - keptMs))
    } catch (error) {
      tally.putBack(taken)
      throw error
    } finally {
      if (tally.dropped > reportedDrops) log.error({ dropped: tally.dropped }, 'measurements were dropped')
      reportedDrops = tally.dropped
    }
  }
  let writing: Promise<void> = Promise.resolve()
  const flush = () => {
    writing = writing.catch(() => undefined).then(write)
    return writing
  }

  void reload()
  const reloading = setInterval(() => void reload(), reloadEveryMs)
  const flushing = setInterval(() => {
    flush().catch((error: unknown) => {
      log.warn({ err: error }, 'writing measurements failed and is tried again')
    })
  }, flushEveryMs)
  reloading.unref()
  flushing.unref()
  return {
    record(pipeline, indicator, value, { weight = 1, traffic = 'real' } = {}) {
      tally.add({ pipeline, indicator, minute: minuteOf(clock.now()), traffic, value, weight })
    },
    flush,
    async stop() {
      clearInterval(reloading)
      clearInterval(flushing)
      await flush().catch((error: unknown) => {
        log.warn({ err: error }, 'the last measurements were not written')
      })
    },
  }
}
