import { stat } from 'node:fs/promises'
import path from 'node:path'
import { logger, sleep } from '../../platform'
import { lookEveryMs, scrubBytesPerSecond, scrubEveryMs, suspectPollMs } from '../limits'
import { checkArchive } from './archive-id'
import { repairSegment, type RepairOptions } from './repair-segment'
import { noteChecked, noteSuspect, selectDue, selectLive } from './repair-store'
import { segmentFault } from './segment-fault'

/** For tests; the limits otherwise. */
export interface ScrubPace {
  pollMs?: number
  everyMs?: number
  lookMs?: number
}

/**
 * While it runs, reads every file of the archive now and then, slowly, and repairs what is damaged or missing; what a
 * reader found comes first. For the holder of the lease.
 */
export async function keepScrubbing(options: RepairOptions, pace: ScrubPace = {}): Promise<void> {
  const { signal } = options
  const { pollMs = suspectPollMs, everyMs = scrubEveryMs, lookMs = lookEveryMs } = pace
  let lookedAt = -Infinity
  while (!signal.aborted) {
    let read = 0
    try {
      if (performance.now() - lookedAt >= lookMs) {
        lookedAt = performance.now()
        await suspectChanged(options)
      }
      read = await scrubOne(options, everyMs)
    } catch (error) {
      logger('archive').warn({ err: error }, 'checking the archive failed; it is tried again')
    }
    await sleep(read > 0 ? (read / scrubBytesPerSecond) * 1_000 : pollMs, signal)
  }
}

/** A file that is gone or has another size need not wait for its turn. */
async function suspectChanged({ pool, dir, signal }: RepairOptions): Promise<void> {
  for (const { id, file, bytes } of await selectLive(pool)) {
    if (signal.aborted) return
    const found = await stat(path.join(dir, file)).catch(() => null)
    if (found?.size !== bytes) await noteSuspect(pool, id)
  }
}

/** Bytes read; 0: nothing was due. */
async function scrubOne(options: RepairOptions, everyMs: number): Promise<number> {
  const { pool, dir } = options
  const segment = await selectDue(pool, everyMs)
  if (segment === null) return 0
  const fault = await segmentFault(dir, segment, { afresh: true })
  if (fault === null) {
    await noteChecked(pool, segment.id)
    return segment.bytes
  }
  // All files are missing while the disk is away: what the log no longer has would become holes.
  await checkArchive(options)
  await repairSegment(options, segment, fault)
  return segment.bytes
}
