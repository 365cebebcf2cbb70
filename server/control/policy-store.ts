import { readSetting, saveSetting, type Pool, type PoolClient } from '../clients'
import { advisoryLocks } from './advisory-locks'

/** What plans are held to. Null: no bound. */
export interface Policy {
  /** A plan that touches more cells than this needs a second person. */
  fourEyesCells: number | null
  /** A plan that reads more bytes of the archive than this needs a second person. */
  fourEyesBytes: number | null
}

const key = 'policy'

/** Two changes at once must not both say that they replaced the same policy. */
export async function lockPolicy(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.policy])
}

export async function selectPolicy(db: Pool | PoolClient): Promise<Policy> {
  const stored = await readSetting<Partial<Policy>>(db, key)
  return { fourEyesCells: stored?.fourEyesCells ?? null, fourEyesBytes: stored?.fourEyesBytes ?? null }
}

export const writePolicy = (client: PoolClient, policy: Policy) => saveSetting(client, key, policy)
