import type { Pool, PoolClient } from '../clients'

export interface SchemaRow {
  /** Global id, as in the Confluent API. */
  id: number
  subject: string
  version: number
  schema: string
  /** In force for messages behind this sequence. */
  sinceSeq: number
  createdAt: Date
}

const columns = 'id, subject, version, schema, since_seq AS "sinceSeq", created_at AS "createdAt"'

/** Registration holds it alone, loading shares it: a load that starts after a registration began sees its row. */
const registryLock = 7_301

export async function lockForRegistration(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [registryLock])
}

export async function lockForLoading(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock_shared($1)', [registryLock])
}

export async function selectSchemasAfter(client: PoolClient, id: number): Promise<SchemaRow[]> {
  const { rows } = await client.query<SchemaRow>({
    name: 'registry-after',
    text: `SELECT ${columns} FROM schema_version WHERE id > $1 ORDER BY id`,
    values: [id],
  })
  return rows
}

export async function selectSubject(client: PoolClient | Pool, subject: string): Promise<SchemaRow[]> {
  const { rows } = await client.query<SchemaRow>({
    name: 'registry-subject',
    text: `SELECT ${columns} FROM schema_version WHERE subject = $1 ORDER BY version`,
    values: [subject],
  })
  return rows
}

/** The newest schema of a subject, for readers that follow no registry; null: it has none. */
export async function latestSchema(
  client: Pick<PoolClient | Pool, 'query'>,
  subject: string,
): Promise<SchemaRow | null> {
  const { rows } = await client.query<SchemaRow>({
    name: 'registry-latest',
    text: `SELECT ${columns} FROM schema_version WHERE subject = $1 ORDER BY version DESC LIMIT 1`,
    values: [subject],
  })
  return rows[0] ?? null
}

export async function insertSchema(
  client: PoolClient,
  row: Pick<SchemaRow, 'subject' | 'version' | 'schema' | 'sinceSeq'>,
): Promise<SchemaRow> {
  const { rows } = await client.query<SchemaRow>(
    `INSERT INTO schema_version (subject, version, schema, since_seq) VALUES ($1, $2, $3, $4) RETURNING ${columns}`,
    [row.subject, row.version, row.schema, row.sinceSeq],
  )
  return rows[0] as SchemaRow
}
