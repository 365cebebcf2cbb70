import type { Pool, PoolClient } from '../../clients'
import { anomalyKeys } from './anomaly'
import type { SumRow } from './cost-sums'
import type { CostLayer } from './model'
import { hourMs } from './price-hour'

type Queryable = Pick<Pool | PoolClient, 'query'>

export interface Span {
  from: number
  to: number
}

export interface CostSumRow extends SumRow {
  pipeline: string
}

export async function sumCosts(db: Queryable, { from, to }: Span): Promise<CostSumRow[]> {
  const { rows } = await db.query<CostSumRow>({
    name: 'cost-sums',
    text: `SELECT pipeline, layer, sum(amount) AS amount, sum(cpu_s) AS "cpuSeconds",
                  sum(bytes_scanned)::float8 AS "bytesScanned", sum(bytes_in)::float8 AS "bytesIn",
                  sum(events)::float8 AS events
             FROM cost_hour WHERE hour >= $1 AND hour < $2 GROUP BY pipeline, layer ORDER BY pipeline, layer`,
    values: [from, to],
  })
  return rows
}

export interface CostDayRow {
  pipeline: string
  layer: CostLayer
  day: number
  amount: number
}

export async function costDays(db: Queryable, { from, to }: Span): Promise<CostDayRow[]> {
  const { rows } = await db.query<CostDayRow>({
    name: 'cost-days',
    text: `SELECT pipeline, layer, hour / 86400000 * 86400000 AS day, sum(amount) AS amount
             FROM cost_hour WHERE hour >= $1 AND hour < $2 GROUP BY 1, 2, 3 ORDER BY 3, 1, 2`,
    values: [from, to],
  })
  return rows
}

export interface RecentRow {
  pipeline: string
  amount: number
  firstHour: number
}

/** What was spent since, and when the first of it was. */
export async function recentCosts(db: Queryable, { from, to }: Span): Promise<RecentRow[]> {
  const { rows } = await db.query<RecentRow>({
    name: 'cost-recent',
    text: `SELECT pipeline, sum(amount) AS amount, min(hour) AS "firstHour" FROM cost_hour
            WHERE hour >= $1 AND hour < $2 GROUP BY pipeline`,
    values: [from, to],
  })
  return rows
}

/** By pipeline, what is on disk as last measured. */
export async function storedNow(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ pipeline: string; bytes: number }>({
    name: 'cost-stored-now',
    text: `SELECT pipeline, bytes_stored AS bytes FROM cost_hour
            WHERE layer = 'storage' AND hour = (SELECT max(hour) FROM cost_hour)`,
  })
  return new Map(rows.map(({ pipeline, bytes }) => [pipeline, bytes]))
}

export interface HourRow {
  pipeline: string
  layer: CostLayer
  hour: number
  amount: number
}

export async function costHours(
  db: Queryable,
  { from, to }: Span,
  pipeline: string | null,
): Promise<Omit<HourRow, 'pipeline'>[]> {
  const { rows } = await db.query<Omit<HourRow, 'pipeline'>>({
    name: 'cost-hours',
    text: `SELECT hour, layer, sum(amount) AS amount FROM cost_hour
            WHERE hour >= $1 AND hour < $2 AND ($3::text IS NULL OR pipeline = $3)
            GROUP BY hour, layer ORDER BY hour, layer`,
    values: [from, to, pipeline],
  })
  return rows
}

export interface UnusualRow {
  pipeline: string
  hour: number
  amount: number
  usual: number
  deviation: number
  points: number
}

const unusualLimit = 200

/**
 * Hours of the span that may be unusual against the same hour of earlier days, newest first; idle is left out, which
 * falls when anything rises. What is certainly usual is not sent.
 */
export async function unusualHours(
  db: Queryable,
  { from, to }: Span,
  comparedFrom: number,
): Promise<UnusualRow[]> {
  const { days, points, off } = anomalyKeys
  const { rows } = await db.query<UnusualRow>({
    name: 'cost-unusual-hours',
    text: `WITH total AS (
             SELECT pipeline, hour, sum(amount) AS amount FROM cost_hour
              WHERE hour >= greatest($1 - $3::bigint, $6) AND hour < $2 AND layer <> 'idle' GROUP BY pipeline, hour),
           usual AS (
             SELECT pipeline, hour, amount, avg(amount) OVER past AS usual,
                    coalesce(stddev_samp(amount) OVER past, 0) AS deviation, count(*) OVER past AS points
               FROM total
             WINDOW past AS (PARTITION BY pipeline, hour % 86400000 ORDER BY hour
                             RANGE BETWEEN $3::bigint PRECEDING AND 1 PRECEDING))
           SELECT * FROM usual
            WHERE hour >= $1 AND points >= $4 AND abs(amount - usual) > $5::float8 * usual
            ORDER BY hour DESC, pipeline LIMIT ${unusualLimit}`,
    values: [from, to, days * 24 * hourMs, points, off * 0.99, comparedFrom],
  })
  return rows
}

/** By layer, what moved an hour most: its amount less the mean of the same hour before. */
export async function layersOfHours(
  db: Queryable,
  hours: readonly { pipeline: string; hour: number }[],
): Promise<{ pipeline: string; hour: number; layer: CostLayer; moved: number }[]> {
  if (hours.length === 0) return []
  const { rows } = await db.query<{ pipeline: string; hour: number; layer: CostLayer; moved: number }>({
    name: 'cost-layers-of-hours',
    text: `WITH layer AS (SELECT unnest($4::text[]) AS layer)
           SELECT w.pipeline, w.hour, l.layer,
                  coalesce((SELECT amount FROM cost_hour c
                             WHERE c.hour = w.hour AND c.pipeline = w.pipeline AND c.layer = l.layer), 0)
                  - coalesce((SELECT sum(amount) FROM cost_hour c WHERE c.pipeline = w.pipeline AND c.layer = l.layer
                       AND c.hour >= w.hour - $3::bigint AND c.hour < w.hour
                       AND c.hour % 86400000 = w.hour % 86400000), 0)
                  / greatest(1, (SELECT count(DISTINCT hour) FROM cost_hour c WHERE c.pipeline = w.pipeline
                       AND c.hour >= w.hour - $3::bigint AND c.hour < w.hour
                       AND c.hour % 86400000 = w.hour % 86400000)) AS moved
             FROM unnest($1::text[], $2::bigint[]) AS w(pipeline, hour) CROSS JOIN layer l`,
    values: [
      hours.map(({ pipeline }) => pipeline),
      hours.map(({ hour }) => hour),
      anomalyKeys.days * 24 * hourMs,
      ['batch', 'speed', 'serving', 'reconcile', 'log', 'storage', 'shared'],
    ],
  })
  return rows
}
