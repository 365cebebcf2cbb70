import type { Pool, PoolClient } from '../../clients'
import type { Sli } from '../model'

type Queryable = Pick<Pool | PoolClient, 'query'>

export async function databaseNow(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ now: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
  )
  return rows[0]?.now ?? 0
}

/** Minutes of which something became known after an instant of the database's clock. */
export async function selectChangedMinutes(
  db: Queryable,
  knownAt: number,
): Promise<(Sli & { minute: number })[]> {
  const { rows } = await db.query<Sli & { minute: number }>({
    name: 'objectives-changed-minutes',
    text: `SELECT DISTINCT pipeline, indicator, threshold, minute FROM sli_minute
            WHERE known_at > to_timestamp($1::float8 / 1000)`,
    values: [knownAt],
  })
  return rows
}
