import type { Pool } from '../../clients'
import type { Bins } from '../measure/bins'
import type { Indicator, Traffic } from '../model'

export interface MeasuredRow {
  pipeline: string
  indicator: Indicator
  traffic: Traffic
  count: number
  max: number
  bins: Bins
}

/** Of all pipelines at once: a scrape is one question, however many there are. */
export async function selectMeasured(
  pool: Pool,
  { indicators, from, to }: { indicators: readonly Indicator[]; from: number; to: number },
): Promise<MeasuredRow[]> {
  const { rows } = await pool.query<MeasuredRow>({
    name: 'slo-metric-figures',
    text: `SELECT pipeline, indicator, traffic, count, max, bins FROM measurement_minute
            WHERE indicator = ANY($1) AND minute >= $2 AND minute < $3 AND pipeline <> ''`,
    values: [indicators, from, to],
  })
  return rows
}

export interface TraceCounts {
  kept: Record<string, number>
  unexported: number
  spansDropped: number
}

export async function countTraces(pool: Pool, minuteFrom: number): Promise<TraceCounts> {
  const [kept, dropped] = await Promise.all([
    pool.query<{ kept: string; n: number; unexported: number }>(
      `SELECT kept, count(*)::int AS n, count(*) FILTER (WHERE NOT exported)::int AS unexported
         FROM trace WHERE at > now() - interval '1 hour' GROUP BY kept`,
    ),
    pool.query<{ n: number }>(
      `SELECT coalesce(sum(count), 0)::float8 AS n FROM measurement_minute
        WHERE pipeline = '' AND indicator = 'spans_dropped' AND minute >= $1`,
      [minuteFrom],
    ),
  ])
  return {
    kept: Object.fromEntries(kept.rows.map((row) => [row.kept, row.n])),
    unexported: kept.rows.reduce((sum, row) => sum + row.unexported, 0),
    spansDropped: dropped.rows[0]?.n ?? 0,
  }
}
