import type { Pool, PoolClient } from '../clients'

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
