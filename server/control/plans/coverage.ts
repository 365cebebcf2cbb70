import type { Pool, PoolClient } from '../../clients'
import type { Range } from './window-range'

/** Which versions answer where in a range, clipped to it, in order. */
export async function readCoverage(
  db: Pick<Pool | PoolClient, 'query'>,
  computeId: number,
  range: Range,
): Promise<(Range & { version: number })[]> {
  const { rows } = await db.query<Range & { version: number }>(
    `SELECT greatest(r.range_from, $2::bigint) AS "from", least(r.range_to, $3::bigint) AS "to", v.number AS version
       FROM publication_range r JOIN version v ON v.id = r.version_id
      WHERE r.compute_id = $1 AND r.until_number IS NULL AND r.range_from < $3 AND r.range_to > $2 ORDER BY 1`,
    [computeId, range.from, range.to],
  )
  return rows
}
