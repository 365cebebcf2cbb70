import type { Nats, Pool } from '../../clients'
import { firstAfter, streamState } from '../../log'
import { logger, type Clock } from '../../platform'
import type { Traffic } from '../model'
import { selectPositions, type Position } from './freshness-store'
import type { Recorder } from './recorder'

const lookEveryMs = 1_000
/** Pipelines whose reads wait for a look, at most; a look takes them all. */
const pipelinesLimit = 1_000

interface Waiting {
  reads: Partial<Record<Traffic, number>>
}

export interface FreshnessMeter {
  /** A read was answered: how old the oldest event is that it lacks is found out within a second. */
  noteRead: (pipeline: string, traffic: Traffic) => void
}

/**
 * Freshness of reads: how long ago the oldest event was logged that the speed layer had not committed. By positions and
 * the log alone, so that neither an old backfill nor a replay ever makes anything fresh. Many reads of a second cost
 * one look; a pipeline that nobody reads costs none.
 */
export function openFreshness(deps: {
  pool: Pool
  nats: Nats
  clock: Clock
  recorder: Recorder
}): FreshnessMeter {
  const { pool, nats, clock, recorder } = deps
  const waiting = new Map<string, Waiting>()
  /** By pipeline, the latest instant up to which all that was logged is known to have been in the view. */
  const completeUpTo = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  const look = async () => {
    const reads = [...waiting]
    waiting.clear()
    try {
      const positions = await selectPositions(
        pool,
        reads.map(([pipeline]) => pipeline),
      )
      const now = clock.now()
      const oldest = await oldestWaiting(nats, positions)
      for (const { pipeline } of positions)
        completeUpTo.set(
          pipeline,
          oldest === null ? (completeUpTo.get(pipeline) ?? now) : (oldest.get(pipeline) ?? now),
        )
      const known = new Set(positions.map(({ pipeline }) => pipeline))
      for (const [pipeline, { reads: counts }] of reads) {
        if (!known.has(pipeline)) continue
        const ms = Math.max(0, now - (completeUpTo.get(pipeline) ?? now))
        for (const traffic of ['real', 'probe'] as const)
          recorder.record(pipeline, 'freshness', ms, { weight: counts[traffic] ?? 0, traffic })
      }
    } catch (error) {
      logger('measure').warn({ err: error }, 'looking how fresh reads were failed')
    }
    timer = waiting.size > 0 ? schedule() : undefined
  }
  const schedule = () => setTimeout(() => void look(), lookEveryMs).unref()

  return {
    noteRead(pipeline, traffic) {
      const entry = waiting.get(pipeline)
      if (entry === undefined && waiting.size >= pipelinesLimit) return
      const { reads } = entry ?? { reads: {} }
      reads[traffic] = (reads[traffic] ?? 0) + 1
      waiting.set(pipeline, { reads })
      timer ??= schedule()
    },
  }
}

/** By pipeline, when the oldest message was logged that is not committed; null: the log cannot be asked. */
async function oldestWaiting(
  nats: Nats,
  positions: readonly Position[],
): Promise<Map<string, number> | null> {
  try {
    const { lastSeq } = await streamState(nats)
    const behind = positions.filter(({ seq }) => seq < lastSeq)
    const found = await Promise.all(
      behind.map(({ type, partition, seq }) => firstAfter(nats, seq, `events.${type}.${partition}`)),
    )
    const oldest = new Map<string, number>()
    for (const [i, { pipeline }] of behind.entries()) {
      const at = found[i] ?? null
      if (at !== null) oldest.set(pipeline, Math.min(at, oldest.get(pipeline) ?? Infinity))
    }
    return oldest
  } catch (error) {
    logger('measure').debug({ err: error }, 'the log does not say what waits')
    return null
  }
}
