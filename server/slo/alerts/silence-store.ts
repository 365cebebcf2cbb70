import type { Pool, PoolClient } from '../../clients'
import type { SilenceRecord } from './silences'

type Queryable = Pick<Pool | PoolClient, 'query'>

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`
const columns = `id, kind, match, reason, actor, ${ms('starts_at', 'startsAt')}, ${ms('ends_at', 'endsAt')},
  CASE WHEN recurrence IS NULL OR recurrence = 'null' THEN NULL ELSE jsonb_build_object('every', recurrence->>'every',
    'until', (extract(epoch FROM (recurrence->>'until')::timestamptz) * 1000)::bigint) END AS recurrence`

export const silencesLimit = 500

/** Not ended by hand; over ones are kept in the list for a week. */
export async function selectSilences(db: Queryable, now: number): Promise<SilenceRecord[]> {
  const { rows } = await db.query<SilenceRecord>({
    name: 'silences',
    text: `SELECT ${columns} FROM silence
            WHERE ended_at IS NULL AND (recurrence IS NOT NULL OR ends_at > to_timestamp($1::float8 / 1000) - interval '7 days')
            ORDER BY ends_at DESC, id DESC LIMIT ${silencesLimit}`,
    values: [now],
  })
  return rows
}

export async function insertSilence(client: PoolClient, silence: Omit<SilenceRecord, 'id'>): Promise<number> {
  const { recurrence } = silence
  const stored = recurrence && {
    every: recurrence.every,
    until: recurrence.until === null ? null : new Date(recurrence.until).toISOString(),
  }
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO silence (kind, match, reason, actor, starts_at, ends_at, recurrence)
     VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000), $7) RETURNING id`,
    [
      silence.kind,
      JSON.stringify(silence.match),
      silence.reason,
      silence.actor,
      silence.startsAt,
      silence.endsAt,
      stored && JSON.stringify(stored),
    ],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('INSERT … RETURNING gave no row')
  return id
}

/** Null: it is not there, or was ended before. */
export async function endSilenceRow(
  client: PoolClient,
  id: number,
  actor: string,
): Promise<SilenceRecord | null> {
  const { rows } = await client.query<SilenceRecord>(
    `UPDATE silence SET ended_at = clock_timestamp(), ended_by = $2 WHERE id = $1 AND ended_at IS NULL RETURNING ${columns}`,
    [id, actor],
  )
  return rows[0] ?? null
}
