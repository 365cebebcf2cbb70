import type { Duck } from '../../clients'
import { archivedRelation, archivedSeq, stageLogTail } from '../../log'
import type { SqlRelation } from '../../pipeline'
import type { Console } from '../console'

/** The whole log of a type up to now: the archive, and behind it the log's tail. */
export interface EventSource {
  /** Events whose time may lie in the window, with all their columns. */
  inside: string
  columns: SqlRelation
  /** Every event of the type. */
  everywhere: string
  archivedSeq: number
  readSeq: number
  /** Set when the log goes on behind `readSeq`: its tail was longer than may be read at once. */
  behind: string | null
}

/** Null: there is no event of the type yet. */
export async function openEventSource(
  duck: Duck,
  { pool, nats, registry, archiveDir }: Pick<Console, 'pool' | 'nats' | 'registry' | 'archiveDir'>,
  scope: { type: string; partitions: number; window: { from: number; to: number }; signal: AbortSignal },
): Promise<(EventSource & { isEmpty: false }) | { isEmpty: true; archivedSeq: number; readSeq: number }> {
  const { type, partitions, window, signal } = scope
  // Before the segments: what is flushed in between is in the tail, and must not come twice.
  const archived = await archivedSeq(pool)
  const whole = await archivedRelation(pool, archiveDir, { type })
  const near = await archivedRelation(pool, archiveDir, { type, fromMs: window.from, toMs: window.to })
  const tail = await stageLogTail(duck, {
    nats,
    type,
    partitions,
    schemas: registry,
    afterSeq: archived,
    signal,
  })
  const parts = (relation: string | undefined) => [
    ...(relation === undefined ? [] : [`SELECT * FROM ${relation} WHERE seq <= ${archived}`]),
    ...(tail.relation === null ? [] : [`SELECT * FROM ${tail.relation}`]),
  ]
  const everywhere = parts(whole?.relation)
  if (everywhere.length === 0) return { isEmpty: true, archivedSeq: archived, readSeq: tail.readSeq }
  // Without a segment that touches the window some other one gives the columns, and no row.
  const inside = near === null && tail.relation === null ? parts(whole?.relation) : parts(near?.relation)
  const shown = near ?? (tail.relation === null ? whole : null)
  return {
    isEmpty: false,
    inside: together(inside),
    everywhere: together(everywhere),
    columns: {
      shredded: (shown?.columns.shredded ?? true) && tail.shredded,
      columns: new Set([...(shown?.columns.columns ?? []), ...tail.columns]),
      eventType: type,
    },
    archivedSeq: archived,
    readSeq: tail.readSeq,
    behind:
      tail.readSeq < tail.lastSeq
        ? `The archive ends at message ${archived} and the log at ${tail.lastSeq}: events behind message ${tail.readSeq} are not shown. Check that an archive worker runs.`
        : null,
  }
}

const together = (parts: readonly string[]) => `(${parts.join(' UNION ALL BY NAME ')})`
