import { readSetting, saveSetting, type Pool, type PoolClient } from '../../clients'
import { advisoryLocks } from '../advisory-locks'
import type { PricesInForce } from './model'

const key = 'prices'

export async function lockPrices(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.prices])
}

/** As they were set, oldest first. */
export async function selectPrices(db: Pick<Pool | PoolClient, 'query'>): Promise<PricesInForce[]> {
  return (await readSetting<{ versions: PricesInForce[] }>(db, key))?.versions ?? []
}

export const writePrices = (client: PoolClient, versions: readonly PricesInForce[]) =>
  saveSetting(client, key, { versions })
