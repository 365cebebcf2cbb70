import type { Pool } from '../clients'
import type { ChainedEntry } from './audit-chain'

export interface AuditFilter {
  actor?: string | null | undefined
  /** A whole action, or its noun: `plan` finds `plan.apply`. */
  action?: string | null | undefined
  object?: string | null | undefined
  /** Anywhere in actor, action, object or detail, in any case. */
  text?: string | null | undefined
  /** Epoch ms, half-open. */
  from?: number | null | undefined
  to?: number | null | undefined
}

const columns = `seq, (extract(epoch FROM at) * 1000)::bigint AS at, actor, action, object, detail,
                 prev_hash AS "prevHash", hash`

const where = `($1::text IS NULL OR actor = $1)
  AND ($2::text IS NULL OR action = $2 OR starts_with(action, $2 || '.'))
  AND ($3::text IS NULL OR object = $3)
  AND ($4::float8 IS NULL OR at >= to_timestamp($4::float8 / 1000))
  AND ($5::float8 IS NULL OR at < to_timestamp($5::float8 / 1000))`

const textMatches = `($6::text IS NULL OR concat_ws(' ', actor, action, object, detail::text) ILIKE $6)`

const values = ({ actor, action, object, from, to, text }: AuditFilter) => [
  actor ?? null,
  action ?? null,
  object ?? null,
  from ?? null,
  to ?? null,
  text ? `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%` : null,
]

/** `scanned` of the entries that match all but the text were looked at, down to `lowest`. */
export async function searchEntries(
  pool: Pool,
  filter: AuditFilter,
  page: { before: number | null; limit: number; scan: number },
): Promise<{ entries: ChainedEntry[]; scanned: number; lowest: number | null }> {
  const { rows } = await pool.query<ChainedEntry & { scanned: number; lowest: number | null }>(
    `WITH looked AS MATERIALIZED (
       SELECT seq, actor, action, object, detail, at, prev_hash, hash FROM audit_entry
        WHERE ${where} AND ($7::bigint IS NULL OR seq < $7) ORDER BY seq DESC
        LIMIT CASE WHEN $6::text IS NULL THEN $8::bigint ELSE $9::bigint END),
     extent AS (SELECT count(*) AS scanned, min(seq) AS lowest FROM looked),
     found AS (SELECT * FROM looked WHERE ${textMatches} ORDER BY seq DESC LIMIT $8::bigint)
     SELECT ${columns}, scanned, lowest FROM extent LEFT JOIN found ON true ORDER BY seq DESC`,
    [...values(filter), page.before, page.limit, page.scan],
  )
  const [first] = rows
  const entries = rows.flatMap(({ scanned: _scanned, lowest: _lowest, ...entry }) =>
    (entry.seq as number | null) === null ? [] : [entry],
  )
  return { entries, scanned: first?.scanned ?? 0, lowest: first?.lowest ?? null }
}

/** Oldest first, for an export: `after` is exclusive, `upTo` inclusive. `lowest` of a page goes on from its end. */
export async function selectMatching(
  pool: Pool,
  filter: AuditFilter,
  page: { after: number; upTo: number; limit: number },
): Promise<ChainedEntry[]> {
  const { rows } = await pool.query<ChainedEntry>(
    `SELECT ${columns} FROM audit_entry
      WHERE ${where} AND ${textMatches} AND seq > $7 AND seq <= $8 ORDER BY seq LIMIT $9`,
    [...values(filter), page.after, page.upTo, page.limit],
  )
  return rows
}

const namesFrom = 20_000
const namesLimit = 200

export async function namesInTrail(pool: Pool): Promise<{ actors: string[]; actions: string[] }> {
  const names = async (column: 'actor' | 'action') => {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT ${column} AS name FROM (SELECT ${column} FROM audit_entry ORDER BY seq DESC LIMIT ${namesFrom}) newest
        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${namesLimit}`,
    )
    return rows.map(({ name }) => name).sort()
  }
  return { actors: await names('actor'), actions: await names('action') }
}
