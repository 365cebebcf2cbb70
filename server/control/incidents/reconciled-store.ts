import type { Pool } from '../../clients'

/**
 * When every pipeline's windows of the range had been put in force by versions that were begun after the first sign;
 * null: some have not, or there is nothing to count.
 */
export async function reconciledAt(
  pool: Pool,
  { pipelines, from, to, since }: { pipelines: readonly string[]; from: number; to: number; since: number },
): Promise<number | null> {
  if (pipelines.length === 0) return null
  const { rows } = await pool.query<{ at: number | null }>(
    `SELECT CASE WHEN bool_and(whole) THEN (extract(epoch FROM max(last)) * 1000)::bigint END AS at FROM (
       SELECT p.name,
              coalesce(range_agg(int8range(r.range_from, r.range_to)) @> int8range($2::float8::bigint, $3::float8::bigint), false) AS whole,
              max(u.at) AS last
         FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id
         LEFT JOIN publication_range r ON r.compute_id = v.compute_id AND r.until_number IS NULL
              AND r.range_to > $2::float8::bigint AND r.range_from < $3::float8::bigint
              AND EXISTS (SELECT 1 FROM version b WHERE b.id = r.version_id
                             AND b.started_at >= to_timestamp($4::float8 / 1000))
         LEFT JOIN publication u ON u.compute_id = r.compute_id AND u.number = r.since_number
        WHERE p.name = ANY($1) AND p.deleted_at IS NULL GROUP BY p.name) each`,
    [pipelines, from, to, since],
  )
  return rows[0]?.at ?? null
}
