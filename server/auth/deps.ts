import type { Pool, PoolClient } from '../clients'
import type { Clock } from '../platform'

/** Puts an entry into the audit trail, in the transaction of what it tells. */
export type Trail = (
  client: PoolClient,
  entry: { actor: string; action: string; object: string; detail: Record<string, unknown> },
) => Promise<void>

/** What signing in and checking need; a console satisfies it. */
export interface AuthDeps {
  pool: Pool
  clock: Clock
  /** The bootstrap token of the environment, with all scopes; null: there is none. */
  apiToken: string | null
  trail: Trail
}
