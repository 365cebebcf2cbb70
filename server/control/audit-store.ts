import type { Pool, PoolClient } from '../clients'
import type { ChainedEntry } from './audit-chain'
import { advisoryLocks } from './advisory-locks'

const columns = `seq, (extract(epoch FROM at) * 1000)::bigint AS at, actor, action, object, detail,
                 prev_hash AS "prevHash", hash`

export interface AuditHead {
  seq: number
  hash: string
}

/** The head is kept apart from the entries: removing the newest entries shows too. Locks until the transaction ends. */
export async function lockHead(client: PoolClient): Promise<AuditHead | null> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.audit])
  const { rows } = await client.query<{ value: AuditHead }>(
    `SELECT value FROM setting WHERE key = 'auditHead'`,
  )
  return rows[0]?.value ?? null
}

export async function appendEntry(client: PoolClient, entry: ChainedEntry): Promise<void> {
  const detail = JSON.stringify(entry.detail)
  await client.query(
    `INSERT INTO audit_entry (seq, at, actor, action, object, detail, prev_hash, hash)
     VALUES ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6, $7, $8)`,
    [entry.seq, entry.at, entry.actor, entry.action, entry.object, detail, entry.prevHash, entry.hash],
  )
  await client.query(
    `INSERT INTO setting (key, value) VALUES ('auditHead', $1)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [JSON.stringify({ seq: entry.seq, hash: entry.hash })],
  )
}

export async function readHead(client: Pool | PoolClient): Promise<AuditHead | null> {
  const { rows } = await client.query<{ value: AuditHead }>(
    `SELECT value FROM setting WHERE key = 'auditHead'`,
  )
  return rows[0]?.value ?? null
}

/** Newest first; `before` is exclusive. */
export async function selectEntries(
  pool: Pool,
  page: { before: number | null; limit: number },
): Promise<ChainedEntry[]> {
  const { rows } = await pool.query<ChainedEntry>(
    `SELECT ${columns} FROM audit_entry WHERE ($1::bigint IS NULL OR seq < $1) ORDER BY seq DESC LIMIT $2`,
    [page.before, page.limit],
  )
  return rows
}

/** Oldest first; `after` is exclusive. */
export async function selectEntriesAfter(
  pool: Pool | PoolClient,
  after: number,
  limit: number,
): Promise<ChainedEntry[]> {
  const { rows } = await pool.query<ChainedEntry>(
    `SELECT ${columns} FROM audit_entry WHERE seq > $1 ORDER BY seq LIMIT $2`,
    [after, limit],
  )
  return rows
}
