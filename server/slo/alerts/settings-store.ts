import { readSetting, saveSetting, type Pool, type PoolClient } from '../../clients'
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

export const selectRuleChanges = async (db: Queryable): Promise<RuleChanges> =>
  (await readSetting<RuleChanges>(db, keys.rules)) ?? {}
export const writeRuleChanges = (db: Queryable, changes: RuleChanges) => saveSetting(db, keys.rules, changes)

export async function selectRouteSettings(db: Queryable): Promise<RouteSettings> {
  const stored = await readSetting<Partial<RouteSettings>>(db, keys.routes)
  return {
    routes: stored?.routes ?? [],
    consoleUrl: stored?.consoleUrl ?? null,
    allowInternal: stored?.allowInternal ?? false,
  }
}
export const writeRouteSettings = (db: Queryable, settings: RouteSettings) =>
  saveSetting(db, keys.routes, settings)

export const selectWatcherMark = (db: Queryable) => readSetting<WatcherMark>(db, keys.watcher)
export const writeWatcherMark = (db: Queryable, mark: WatcherMark) => saveSetting(db, keys.watcher, mark)

/** Two changes of a setting at once must not both say that they replaced the same. */
export async function lockSettings(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('parallax alert settings', 0))`)
}
