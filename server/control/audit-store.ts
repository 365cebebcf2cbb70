import type { Pool, PoolClient } from '../clients'
import type { ChainedEntry, ChainLink } from './audit-chain'
import { advisoryLocks } from './advisory-locks'

const columns = `seq, (extract(epoch FROM at) * 1000)::bigint AS at, actor, action, object, detail,
                 prev_hash AS "prevHash", hash`

/**
 * The head is kept apart from the entries: removing the newest entries shows too. Locks it until the transaction
 * ends; who waited for it sees what the one before wrote.
 */
export async function lockHead(client: PoolClient): Promise<ChainLink | null> {
  const known = await selectHeadForUpdate(client)
  if (known) return known
  // Before the first entry there is no row to lock.
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.audit])
  return selectHeadForUpdate(client)
}

async function selectHeadForUpdate(client: PoolClient): Promise<ChainLink | null> {
  const { rows } = await client.query<{ value: ChainLink }>({
    name: 'audit-lock-head',
    text: `SELECT value FROM setting WHERE key = 'auditHead' FOR UPDATE`,
  })
  return rows[0]?.value ?? null
}

export async function appendEntry(client: PoolClient, entry: ChainedEntry): Promise<void> {
  await client.query({
    name: 'audit-append',
    text: `WITH entry AS (
             INSERT INTO audit_entry (seq, at, actor, action, object, detail, prev_hash, hash)
             VALUES ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6, $7, $8) RETURNING seq, hash)
           INSERT INTO setting (key, value)
           SELECT 'auditHead', jsonb_build_object('seq', seq, 'hash', hash) FROM entry
           ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    values: [
      entry.seq,
      entry.at,
      entry.actor,
      entry.action,
      entry.object,
      JSON.stringify(entry.detail),
      entry.prevHash,
      entry.hash,
    ],
  })
}

export async function readHead(db: Pool | PoolClient): Promise<ChainLink | null> {
  const { rows } = await db.query<{ value: ChainLink }>(`SELECT value FROM setting WHERE key = 'auditHead'`)
  return rows[0]?.value ?? null
}

export async function selectEntry(db: Pool, seq: number): Promise<ChainedEntry | null> {
  const { rows } = await db.query<ChainedEntry>(`SELECT ${columns} FROM audit_entry WHERE seq = $1`, [seq])
  return rows[0] ?? null
}

/** Oldest first; `after` is exclusive, `upTo` inclusive. */
export async function selectEntriesAfter(
  db: Pool | PoolClient,
  { after, upTo, limit }: { after: number; upTo?: number; limit: number },
): Promise<ChainedEntry[]> {
  const { rows } = await db.query<ChainedEntry>({
    name: 'audit-after',
    text: `SELECT ${columns} FROM audit_entry WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`,
    values: [after, upTo ?? Number.MAX_SAFE_INTEGER, limit],
  })
  return rows
}

/** The first entry that came past the chain, behind its head; one statement, so one snapshot of both. */
export async function firstBehindHead(db: Pool): Promise<number | null> {
  const { rows } = await db.query<{ seq: number | null }>(
    `SELECT min(seq) AS seq FROM audit_entry
      WHERE seq > coalesce((SELECT (value->>'seq')::bigint FROM setting WHERE key = 'auditHead'), 0)`,
  )
  return rows[0]?.seq ?? null
}
