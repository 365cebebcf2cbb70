import type { Pool, PoolClient } from '../../clients'
import { advisoryLocks } from '../advisory-locks'
import type { PricesInForce } from './model'

export async function lockPrices(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.prices])
}

/** As they were set, oldest first. */
export async function selectPrices(db: Pick<Pool | PoolClient, 'query'>): Promise<PricesInForce[]> {
  const { rows } = await db.query<{ value: { versions: PricesInForce[] } }>(
    `SELECT value FROM setting WHERE key = 'prices'`,
  )
  return rows[0]?.value.versions ?? []
}

export async function writePrices(client: PoolClient, versions: readonly PricesInForce[]): Promise<void> {
  await client.query(
    `INSERT INTO setting (key, value) VALUES ('prices', $1)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [JSON.stringify({ versions })],
  )
}
