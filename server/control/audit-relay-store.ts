import type { Pool, PoolClient } from '../clients'
import { advisoryLocks } from './advisory-locks'

/** Held by the connection, until it ends: one relay at a time over all processes. */
export async function tryLockRelay(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    advisoryLocks.auditRelay,
  ])
  return rows[0]?.locked === true
}

export async function unlockRelay(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_unlock($1)', [advisoryLocks.auditRelay])
}

/** The last seq that is known to be in the stream; 0 before the first. */
export async function readRelayed(db: Pool | PoolClient): Promise<number> {
  const { rows } = await db.query<{ value: number }>(`SELECT value FROM setting WHERE key = 'auditRelayed'`)
  return rows[0]?.value ?? 0
}

/** Never back: a relay that lost its lock may still be on its way here. */
export async function markRelayed(client: PoolClient, seq: number): Promise<void> {
  await client.query(
    `INSERT INTO setting (key, value) VALUES ('auditRelayed', to_jsonb($1::bigint))
     ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE setting.value::bigint < excluded.value::bigint`,
    [seq],
  )
}
