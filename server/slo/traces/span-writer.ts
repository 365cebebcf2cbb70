import { hostname } from 'node:os'
import type { Pool } from '../../clients'
import { collectSpans, logger, sleep, type SpanRecord, type Stop } from '../../platform'
import { insertSpans, noteDropped } from './span-store'

const writeMs = 500
const minuteMs = 60_000
/** Rows of one statement. */
const chunk = 1_000
/** Spans kept while the database is away; beyond it the oldest are dropped, and counted. */
const keptLimit = 5_000

/** Writes the spans of this process as they come, until stopped. `role` is shown as who did it. */
export function openSpanWriter({ pool, role }: { pool: Pool; role: string }): Stop {
  const log = logger('traces')
  const process_ = `${role}@${hostname()}:${process.pid}`
  const collected = collectSpans()
  const stopping = new AbortController()
  let kept: SpanRecord[] = []
  let dropped = 0
  let failures = 0

  const write = async () => {
    const taken = collected.take()
    kept = kept.concat(taken.spans)
    dropped += taken.dropped
    if (kept.length > keptLimit) {
      dropped += kept.length - keptLimit
      kept = kept.slice(-keptLimit)
    }
    try {
      while (kept.length > 0) {
        const part = kept.slice(0, chunk)
        await insertSpans(pool, part, process_)
        kept = kept.slice(part.length)
      }
      if (dropped > 0) {
        const count = dropped
        await noteDropped(pool, process_, Math.floor(Date.now() / minuteMs) * minuteMs, count)
        dropped -= count
      }
      failures = 0
    } catch (error) {
      // Once for an outage: the next attempt is half a second away.
      if (failures++ === 0) log.warn({ err: error }, 'spans were not written; it is tried again')
    }
  }

  const running = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(writeMs, stopping.signal)
      await write()
    }
  })()
  return async () => {
    stopping.abort()
    await running
    await write()
    collected.stop()
  }
}
