import { batchQueries } from './batch-queries'
import { eventQueries } from './event-queries'
import { governQueries } from './govern-queries'
import type { NamedQuery } from './query'
import { speedQueries } from './speed-queries'

/** The closed table: what a runbook's text can ask. A text names a query; it never holds one. */
export const namedQueries: Readonly<Record<string, NamedQuery>> = {
  ...governQueries,
  ...speedQueries,
  ...batchQueries,
  ...eventQueries,
}

export const queryNamed = (name: string): NamedQuery | undefined =>
  Object.hasOwn(namedQueries, name) ? namedQueries[name] : undefined

export type { QueryDeps } from './query'
