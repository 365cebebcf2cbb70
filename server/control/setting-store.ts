import type { Pool, PoolClient } from '../clients'

type Queryable = Pick<Pool | PoolClient, 'query'>

export const defaultPartitions = 4

/** How many partitions events spread over: fixed by the first who asks, for the life of the database. */
export async function fixPartitions(db: Queryable, wanted: number = defaultPartitions): Promise<number> {
  await db.query(
    `INSERT INTO setting (key, value) VALUES ('partitions', to_jsonb($1::int)) ON CONFLICT DO NOTHING`,
    [wanted],
  )
  const { rows } = await db.query<{ value: number }>(`SELECT value FROM setting WHERE key = 'partitions'`)
  return rows[0]?.value ?? wanted
}
