import type { Pool } from '../clients'
import type { Clock } from '../platform'

/** What signing in and checking need; a console satisfies it. */
export interface AuthDeps {
  pool: Pool
  clock: Clock
  /** The bootstrap token of the environment, with all scopes; null: there is none. */
  apiToken: string | null
}
