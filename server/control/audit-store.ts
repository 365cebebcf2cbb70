import type { Pool, PoolClient } from '../clients'
import { advisoryLocks } from './advisory-locks'
import { firstHash, hashedTail, type AuditEntry, type ChainedEntry, type ChainLink } from './audit-chain'

const columns = `seq, (extract(epoch FROM at) * 1000)::bigint AS at, actor, action, object, detail,
                 prev_hash AS "prevHash", hash`

/**
 * Appends behind the head and moves it, in one statement: who comes at the same time waits for the head's row and
 * goes on from what the one before wrote. The head is kept apart from the entries, so that removing the newest of
 * them shows too.
 */
export async function appendEntry(client: PoolClient, entry: AuditEntry & { at: number }): Promise<void> {
  if (await appendBehindHead(client, entry)) return
  // Before the first entry there is no head to wait for.
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.audit])
  await client.query(`INSERT INTO setting (key, value) VALUES ('auditHead', $1) ON CONFLICT DO NOTHING`, [
    JSON.stringify({ seq: 0, hash: firstHash }),
  ])
  await appendBehindHead(client, entry)
}

async function appendBehindHead(client: PoolClient, entry: AuditEntry & { at: number }): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'audit-append',
    text: `WITH head AS (
             UPDATE setting SET value = jsonb_build_object(
                      'seq', (value->>'seq')::bigint + 1,
                      'hash', encode(sha256(convert_to(
                                '["' || (value->>'hash') || '",' || (value->>'seq')::bigint + 1 || ',' || $6, 'UTF8')), 'hex'),
                      'prevHash', value->>'hash')
              WHERE key = 'auditHead' RETURNING value)
           INSERT INTO audit_entry (seq, at, actor, action, object, detail, prev_hash, hash)
           SELECT (value->>'seq')::bigint, to_timestamp($1::float8 / 1000), $2, $3, $4, $5::jsonb,
                  value->>'prevHash', value->>'hash' FROM head`,
    values: [
      entry.at,
      entry.actor,
      entry.action,
      entry.object,
      JSON.stringify(entry.detail),
      hashedTail(entry),
    ],
  })
  return (rowCount ?? 0) > 0
}

export async function readHead(db: Pool | PoolClient): Promise<ChainLink | null> {
  const { rows } = await db.query<ChainLink>(
    `SELECT (value->>'seq')::bigint AS seq, value->>'hash' AS hash FROM setting WHERE key = 'auditHead'`,
  )
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
