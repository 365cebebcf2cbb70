import type { Pool, PoolClient } from '../clients'
import type { Instant } from '../pipeline'
import type { VacuumedStretch } from './publication-store'

/** The highest epoch that was closed before each of two instants; −1: none. */
export async function lastEpochsBefore(
  client: PoolClient,
  computeId: number,
  at: { overlay: Instant; retention: Instant },
): Promise<{ overlay: number; retention: number }> {
  const { rows } = await client.query<{ overlay: number; retention: number }>(
    `SELECT coalesce(max(epoch) FILTER (WHERE closed_at < to_timestamp($2 / 1000.0)), -1) AS overlay,
            coalesce(max(epoch) FILTER (WHERE closed_at < to_timestamp($3 / 1000.0)), -1) AS retention
       FROM closed_epoch WHERE compute_id = $1`,
    [computeId, at.overlay, at.retention],
  )
  return rows[0] ?? { overlay: -1, retention: -1 }
}

/** Ends entries of the map without a new publication: their windows are past retention. */
export async function expireEntries(
  client: PoolClient,
  computeId: number,
  ids: readonly number[],
): Promise<void> {
  await client.query(
    `UPDATE publication_range SET until_number = (SELECT publication + 1 FROM compute WHERE id = $1)
      WHERE id = ANY($2::int[])`,
    [computeId, ids],
  )
}

/** Deletes at most `limit` buckets that the stretches name; returns how many it deleted. */
export async function deleteBuckets(
  pool: Pool,
  computeId: number,
  stretches: readonly VacuumedStretch[],
  limit: number,
): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM speed_bucket WHERE ctid = ANY (ARRAY(
       SELECT b.tid FROM unnest($2::bigint[], $3::bigint[], $4::int[]) AS s (f, t, epoch)
        CROSS JOIN LATERAL (
          SELECT ctid AS tid FROM speed_bucket
           WHERE compute_id = $1 AND window_start >= s.f AND window_start < s.t AND speed_bucket.epoch <= s.epoch) b
        LIMIT $5))`,
    [
      computeId,
      stretches.map(({ from }) => from),
      stretches.map(({ to }) => to),
      stretches.map(({ epoch }) => epoch),
      limit,
    ],
  )
  return rowCount ?? 0
}

/** Map entries that ended before `before` and whose version is gone can answer nothing, not even as of then. */
export async function deleteEndedEntries(pool: Pool, computeId: number, before: Instant): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM publication_range r USING version v, publication p
      WHERE r.compute_id = $1 AND r.until_number IS NOT NULL AND v.id = r.version_id AND v.state = 'discarded'
        AND p.compute_id = $1 AND p.number = r.until_number AND p.at < to_timestamp($2 / 1000.0)`,
    [computeId, before],
  )
  return rowCount ?? 0
}
