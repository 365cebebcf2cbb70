import type { Pool, PoolClient } from '../clients'
import { advisoryLocks } from './advisory-locks'

/** What plans are held to. Null: no bound. */
export interface Policy {
  /** A plan that touches more cells than this needs a second person. */
  fourEyesCells: number | null
  /** A plan that reads more bytes of the archive than this needs a second person. */
  fourEyesBytes: number | null
}

/** Two changes at once must not both say that they replaced the same policy. */
export async function lockPolicy(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.policy])
}

export async function selectPolicy(db: Pool | PoolClient): Promise<Policy> {
  const { rows } = await db.query<{ value: Partial<Policy> }>(
    `SELECT value FROM setting WHERE key = 'policy'`,
  )
  const stored = rows[0]?.value
  return { fourEyesCells: stored?.fourEyesCells ?? null, fourEyesBytes: stored?.fourEyesBytes ?? null }
}

export async function writePolicy(client: PoolClient, policy: Policy): Promise<void> {
  await client.query(
    `INSERT INTO setting (key, value) VALUES ('policy', $1)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [JSON.stringify(policy)],
  )
}
