import type { PoolClient } from '../../clients'

interface Unexported {
  traceId: string
  /** When it was told last, as text of the database: a trace told again meanwhile is sent again. */
  at: string
}

/** Oldest first; what nobody took for a day is given up. */
export async function selectUnexported(db: Pick<PoolClient, 'query'>, limit: number): Promise<Unexported[]> {
  const { rows } = await db.query<Unexported>(
    `SELECT trace_id AS "traceId", at::text AS at FROM trace
      WHERE NOT exported AND at > now() - interval '1 day' ORDER BY at LIMIT $1`,
    [limit],
  )
  return rows
}

export async function markExported(
  db: Pick<PoolClient, 'query'>,
  traces: readonly Unexported[],
): Promise<void> {
  await db.query(
    `UPDATE trace t SET exported = true
       FROM unnest($1::text[], $2::text[]) AS sent (trace_id, at)
      WHERE t.trace_id = sent.trace_id AND t.at = sent.at::timestamptz`,
    [traces.map(({ traceId }) => traceId), traces.map(({ at }) => at)],
  )
}
