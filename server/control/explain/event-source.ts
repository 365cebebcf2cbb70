import type { Duck } from '../../clients'
import { archivedRelation, archivedSeq, stageKept, stageLogTail, type LogTail } from '../../log'
import type { SqlRelation } from '../../pipeline'
import type { Console } from '../console'
import { selectKeeping } from './keeping-store'

/** Events as FROM items of a DuckDB connection. */
export interface LogRelations {
  /** Those whose time may lie in the window, with all their columns. */
  inside: string
  columns: SqlRelation
  /** Every event of the type. */
  everywhere: string
}

/** All there is of a type up to now: the archive, behind it the log's tail, and beside it what is in quarantine. */
export interface EventSource {
  /** Null: there is no event of the type yet. */
  log: LogRelations | null
  /** Null: no producer of the type has events of the window in quarantine. */
  kept: LogRelations | null
  archivedSeq: number
  readSeq: number
  /** Set when the log goes on behind `readSeq`: its tail was longer than may be read at once. */
  behind: string | null
}

interface Scope {
  type: string
  partitions: number
  window: { from: number; to: number }
  signal: AbortSignal
}

type Deps = Pick<Console, 'pool' | 'nats' | 'registry' | 'archiveDir'>

export async function openEventSource(duck: Duck, deps: Deps, scope: Scope): Promise<EventSource> {
  const { pool, nats, registry } = deps
  const { type, partitions, signal } = scope
  // Before the segments: what is flushed in between is in the tail, and must not come twice.
  const archived = await archivedSeq(pool)
  const reading = { nats, type, partitions, schemas: registry, signal }
  const tail = await stageLogTail(duck, { ...reading, afterSeq: archived })
  return {
    log: await logRelations(deps, scope, { archived, tail }),
    kept: await keptRelations(duck, deps, { ...scope, reading }),
    archivedSeq: archived,
    readSeq: tail.readSeq,
    behind:
      tail.readSeq < tail.lastSeq
        ? `The archive ends at message ${archived} and the log at ${tail.lastSeq}: events behind message ${tail.readSeq} are not shown. Check that an archive worker runs.`
        : null,
  }
}

async function logRelations(
  { pool, archiveDir }: Deps,
  { type, window }: Scope,
  { archived, tail }: { archived: number; tail: LogTail },
): Promise<LogRelations | null> {
  const whole = await archivedRelation(pool, archiveDir, { type })
  const near = await archivedRelation(pool, archiveDir, { type, fromMs: window.from, toMs: window.to })
  const parts = (relation: string | undefined) => [
    ...(relation === undefined ? [] : [`SELECT * FROM ${relation} WHERE seq <= ${archived}`]),
    ...(tail.relation === null ? [] : [`SELECT * FROM ${tail.relation}`]),
  ]
  const everywhere = parts(whole?.relation)
  if (everywhere.length === 0) return null
  // Without a segment that touches the window some other one gives the columns, and no row.
  const shown = near ?? (tail.relation === null ? whole : null)
  return {
    inside: together(parts(shown?.relation)),
    everywhere: together(everywhere),
    columns: {
      shredded: (shown?.columns.shredded ?? true) && tail.shredded,
      columns: new Set([...(shown?.columns.columns ?? []), ...tail.columns]),
      eventType: type,
    },
  }
}

async function keptRelations(
  duck: Duck,
  { pool }: Deps,
  {
    type,
    window,
    reading,
  }: Scope & { reading: Omit<Parameters<typeof stageKept>[1], 'quarantines' | 'afterSeq'> },
): Promise<LogRelations | null> {
  const quarantines = await selectKeeping(pool, { type, ...window })
  if (quarantines.length === 0) return null
  const afterSeq = Math.min(...quarantines.map(({ redrivenSeq }) => redrivenSeq))
  const { relation, columns, shredded } = await stageKept(duck, { ...reading, afterSeq, quarantines })
  if (relation === null) return null
  return { inside: relation, everywhere: relation, columns: { shredded, columns, eventType: type } }
}

const together = (parts: readonly string[]) => `(${parts.join(' UNION ALL BY NAME ')})`
