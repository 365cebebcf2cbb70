import { inTransaction, type Pool } from '../../clients'
import { minuteMs, minuteOf } from './minute'
import { selectHoles } from './restate-holes-store'
import { servedDefinitions } from './served-definitions'
import { readSliMinutes, restate, type Restatement } from './sli-store'
import { readThresholds } from './thresholds'

/** A hole in long history is no news of the freshness of those days beyond this. */
const keptMs = 35 * 86_400_000

/**
 * Freshness of minutes whose events turned out to be missing: reads of them were not fresh, whatever was known then.
 * Looks at all holes each time, since a quarantine's grows; what is restated already is left alone.
 */
export async function restateHoles(pool: Pool, now: number): Promise<void> {
  const holes = await selectHoles(pool)
  if (holes.length === 0) return
  const thresholdsOf = await readThresholds(pool)
  for (const [pipeline, { computeId, definition }] of await servedDefinitions(pool)) {
    const own = holes.filter(
      (hole) => hole.type === definition.eventType && (hole.computeId ?? computeId) === computeId,
    )
    const slis = thresholdsOf(pipeline, 'freshness').map((threshold) => ({
      pipeline,
      indicator: 'freshness' as const,
      threshold,
    }))
    for (const { layer, fromTime, toTime, createdAt, reason } of own) {
      const from = Math.max(minuteOf(fromTime ?? toTime ?? createdAt), now - keptMs)
      const to = Math.min(minuteOf(toTime ?? createdAt) + minuteMs, now)
      if (from >= to) continue
      const minutes = await readSliMinutes(pool, slis, { from, to })
      const restated = minutes.flatMap(({ probe: _probe, then: _then, now: known, ...sli }): Restatement[] =>
        known.good === 0 ? [] : [{ ...sli, good: 0, total: known.total, reason: `${layer} hole: ${reason}` }],
      )
      await inTransaction(pool, (client) => restate(client, restated))
    }
  }
}
