import type { Pool } from '../clients'
import type { Definition } from '../pipeline'

/** The schema versions that were in force up to a position, by subject: part of what a version is a function of. */
export async function schemasAt(
  pool: Pool,
  { schemaSubject, eventType }: Definition,
  seq: number,
): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ subject: string; version: number }>(
    `SELECT subject, max(version) AS version FROM schema_version
      WHERE subject = ANY($1::text[]) AND since_seq < $2 GROUP BY subject`,
    [[...new Set([schemaSubject, eventType])].filter((subject) => subject !== null), seq],
  )
  return Object.fromEntries(rows.map(({ subject, version }) => [subject, version]))
}
