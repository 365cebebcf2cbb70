import type { Pool, PoolClient } from '../../clients'
import type { RunbookVersionView } from './model'

type Queryable = Pick<Pool | PoolClient, 'query'>

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`

export interface StoredRunbook {
  name: string
  title: string
  version: number
  text: string
  match: { rules: string[]; summary: string }
  changedAt: number
}

const columns = `name, title, version, text, match, ${ms('changed_at', 'changedAt')}`

/** More than this many are a mistake; the list shows no further. */
const runbooksLimit = 500

export async function selectRunbooks(db: Queryable): Promise<StoredRunbook[]> {
  const { rows } = await db.query<StoredRunbook>(
    `SELECT ${columns} FROM runbook WHERE removed_at IS NULL ORDER BY name LIMIT ${runbooksLimit}`,
  )
  return rows
}

export async function findRunbook(db: Queryable, name: string): Promise<StoredRunbook | null> {
  const { rows } = await db.query<StoredRunbook>(
    `SELECT ${columns} FROM runbook WHERE name = $1 AND removed_at IS NULL`,
    [name],
  )
  return rows[0] ?? null
}

export async function findText(db: Queryable, name: string, version: number): Promise<string | null> {
  const { rows } = await db.query<{ text: string }>(
    'SELECT text FROM runbook_version WHERE name = $1 AND version = $2',
    [name, version],
  )
  return rows[0]?.text ?? null
}

export async function selectVersions(db: Queryable, name: string): Promise<RunbookVersionView[]> {
  const { rows } = await db.query<RunbookVersionView>(
    `SELECT version, ${ms('created_at', 'at')}, created_by AS "by", reason FROM runbook_version
      WHERE name = $1 ORDER BY version DESC LIMIT 100`,
    [name],
  )
  return rows
}

/** Texts are put one at a time, so that versions count up without gaps. */
export async function lockRunbooks(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('parallax runbooks', 0))`)
}

export async function insertVersion(
  client: PoolClient,
  put: Omit<StoredRunbook, 'changedAt' | 'version'> & { actor: string; reason: string | null },
): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `INSERT INTO runbook_version (name, version, text, created_by, reason)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4 FROM runbook_version WHERE name = $1 RETURNING version`,
    [put.name, put.text, put.actor, put.reason],
  )
  const version = rows[0]?.version ?? 1
  await client.query(
    `INSERT INTO runbook (name, title, version, text, match) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (name) DO UPDATE SET title = excluded.title, version = excluded.version, text = excluded.text,
       match = excluded.match, changed_at = clock_timestamp(), removed_at = NULL`,
    [put.name, put.title, version, put.text, JSON.stringify(put.match)],
  )
  return version
}

/** Who wrote versions of it; a text that people changed is theirs. */
export async function authorsOf(db: Queryable): Promise<Map<string, string[]>> {
  const { rows } = await db.query<{ name: string; authors: string[] }>(
    'SELECT name, array_agg(DISTINCT created_by) AS authors FROM runbook_version GROUP BY name',
  )
  return new Map(rows.map(({ name, authors }) => [name, authors]))
}
