import type { Pool, PoolClient } from '../../clients'
import { anomalySays, judgeHour } from './anomaly'
import { layersOfHours, unusualHours, type Span } from './cost-store'
import type { CostAnomaly } from './model'
import { hourMs } from './price-hour'

/** Newest first. `measuredFrom`: hours before it were priced in another currency and are compared with nothing. */
export async function readAnomalies(
  db: Pick<Pool | PoolClient, 'query'>,
  span: Span,
  { now, currency, measuredFrom }: { now: number; currency: string; measuredFrom: number },
): Promise<CostAnomaly[]> {
  const from = Math.max(span.from, measuredFrom)
  if (from >= span.to) return []
  const rows = await unusualHours(db, { from, to: span.to }, measuredFrom)
  const judged = rows.flatMap((row) => {
    const isOpen = row.hour + hourMs > now
    const found = judgeHour({ ...row, isOpen })
    return found ? [{ ...row, ...found, isOpen }] : []
  })
  const moved = await layersOfHours(db, judged)
  return judged.map(({ deviation: _deviation, ...hour }) => {
    const [most] = moved
      .filter((row) => row.pipeline === hour.pipeline && row.hour === hour.hour)
      .sort((a, b) => Math.abs(b.moved) - Math.abs(a.moved))
    const anomaly = { ...hour, layer: most?.layer ?? ('shared' as const) }
    return { ...anomaly, says: anomalySays(anomaly, currency) }
  })
}
