import type { Pool, PoolClient } from '../../clients'
import type { Traffic } from '../model'
import type { Bins } from './bins'

type Queryable = Pick<Pool | PoolClient, 'query'>

export interface MeasurementRow {
  minute: number
  traffic: Traffic
  count: number
  sum: number
  max: number
  bins: Bins
}

export async function selectMeasurements(
  db: Queryable,
  { pipeline, indicator, from, to }: { pipeline: string; indicator: string; from: number; to: number },
): Promise<MeasurementRow[]> {
  const { rows } = await db.query<MeasurementRow>({
    name: 'slo-measurements',
    text: `SELECT minute, traffic, count, sum, max, bins FROM measurement_minute
            WHERE pipeline = $1 AND indicator = $2 AND minute >= $3 AND minute < $4 ORDER BY minute`,
    values: [pipeline, indicator, from, to],
  })
  return rows
}

/** Events that the gateway refused, by event type; those of a type nobody reads are under ''. */
export async function readRejected(
  db: Queryable,
  { from, to }: { from: number; to: number },
): Promise<{ type: string; events: number }[]> {
  const { rows } = await db.query<{ type: string; events: number }>({
    name: 'slo-rejected',
    text: `SELECT pipeline AS type, sum(count)::bigint AS events FROM measurement_minute
            WHERE indicator = 'rejected' AND minute >= $1 AND minute < $2 GROUP BY pipeline ORDER BY 2 DESC`,
    values: [from, to],
  })
  return rows
}
