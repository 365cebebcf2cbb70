import type { Pool, PoolClient } from '../../clients'
import type { Route } from '../model'
import type { RuleChange } from './rules'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** How notifications find people. */
export interface RouteSettings {
  routes: Route[]
  /** Where people open the console; null: notifications carry no link. */
  consoleUrl: string | null
  /** Channels that ask for it may reach private and loopback addresses. */
  allowInternal: boolean
}

export type RuleChanges = Record<string, RuleChange>

/** What the last round left about itself. */
export interface WatcherMark {
  at: number
  blind: string[]
  /** Null: it saw everything. */
  says: string | null
}

const keys = { rules: 'alert-rules', routes: 'alert-routes', watcher: 'alert-watcher' } as const

async function read<T>(db: Queryable, key: string): Promise<T | null> {
  const { rows } = await db.query<{ value: T }>('SELECT value FROM setting WHERE key = $1', [key])
  return rows[0]?.value ?? null
}

async function write(db: Queryable, key: string, value: unknown): Promise<void> {
  await db.query(
    `INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [key, JSON.stringify(value)],
  )
}

export const selectRuleChanges = async (db: Queryable): Promise<RuleChanges> =>
  (await read<RuleChanges>(db, keys.rules)) ?? {}
export const writeRuleChanges = (db: Queryable, changes: RuleChanges) => write(db, keys.rules, changes)

export async function selectRouteSettings(db: Queryable): Promise<RouteSettings> {
  const stored = await read<Partial<RouteSettings>>(db, keys.routes)
  return {
    routes: stored?.routes ?? [],
    consoleUrl: stored?.consoleUrl ?? null,
    allowInternal: stored?.allowInternal ?? false,
  }
}
export const writeRouteSettings = (db: Queryable, settings: RouteSettings) => write(db, keys.routes, settings)

export const selectWatcherMark = (db: Queryable) => read<WatcherMark>(db, keys.watcher)
export const writeWatcherMark = (db: Queryable, mark: WatcherMark) => write(db, keys.watcher, mark)

/** Two changes of a setting at once must not both say that they replaced the same. */
export async function lockSettings(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('parallax alert settings', 0))`)
}
