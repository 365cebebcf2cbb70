import type { PoolClient } from '../../clients'

export interface ComparisonRow {
  /** Of the version. */
  id: string
  versionId: number
  number: number
  computeId: number
  pipeline: string
  from: number
  to: number
  watermark: number | null
  /** When it was compared. */
  at: number
}

const atOnce = 200

/** Comparisons made at or after an instant, in order. */
export async function selectComparisons(client: PoolClient, from: number): Promise<ComparisonRow[]> {
  const { rows } = await client.query<ComparisonRow>({
    name: 'measure-comparisons',
    text: `SELECT v.id::text AS id, v.id AS "versionId", v.number, v.compute_id AS "computeId", v.pipeline,
                  v.range_from AS "from", v.range_to AS "to", v.watermark,
                  (extract(epoch FROM c.at) * 1000)::bigint AS at
             FROM comparison c JOIN version v ON v.id = c.version_id
            WHERE c.at >= to_timestamp($1::float8 / 1000) ORDER BY c.at, v.id LIMIT ${atOnce}`,
    values: [from],
  })
  return rows
}

/** Ranges of the same compute that were compared before and overlap this one's. */
export async function selectCoverage(
  client: PoolClient,
  row: ComparisonRow,
): Promise<{ from: number; to: number; watermark: number | null }[]> {
  const { rows } = await client.query<{ from: number; to: number; watermark: number | null }>({
    name: 'measure-coverage',
    text: `SELECT v.range_from AS "from", v.range_to AS "to", v.watermark
             FROM comparison c JOIN version v ON v.id = c.version_id
            WHERE v.compute_id = $1 AND v.id < $2 AND v.range_from < $4 AND v.range_to > $3`,
    values: [row.computeId, row.versionId, row.from, row.to],
  })
  return rows
}

export interface WindowErrors {
  windowStart: number
  /** Largest relative difference of any measure of a cell, what a sketch may be off by left out. */
  error: number
  cells: number
}

/**
 * Compared cells of a range by window and error, of whole minutes: windows of the first and last minute that the
 * version does not hold are taken from versions compared before. The error of a cell is the largest found ever.
 */
export async function selectWindowErrors(
  client: PoolClient,
  { versionId, computeId }: ComparisonRow,
  { from, to }: { from: number; to: number },
): Promise<WindowErrors[]> {
  const { rows } = await client.query<WindowErrors>({
    name: 'measure-window-errors',
    text: `WITH whole AS (SELECT $3::bigint / 60000 * 60000 AS lo, ($4::bigint + 59999) / 60000 * 60000 AS hi),
           others AS (
             SELECT v.id FROM comparison c JOIN version v ON v.id = c.version_id, whole
              WHERE v.compute_id = $2 AND v.id < $1 AND v.range_from < hi AND v.range_to > lo
                AND (v.range_from < $3 OR v.range_to > $4)),
           worst AS (
             SELECT window_start, key, bool_or(version_id = $1 AND batch IS NULL) AS is_served_only,
                    max(CASE WHEN difference = approximation THEN 0
                             WHEN coalesce(batch, 0) = 0 THEN 1
                             ELSE abs((difference - approximation) / batch) END)::float8 AS error
               FROM divergence_cell, whole
              WHERE compute_id = $2 AND window_start >= lo AND window_start < hi AND state <> 'in_flight'
              GROUP BY window_start, key),
           cells AS (
             SELECT window_start, key FROM version_cell
              WHERE version_id = $1 AND window_start >= $3 AND window_start < $4
             UNION
             SELECT window_start, key FROM worst WHERE is_served_only AND window_start >= $3 AND window_start < $4
             UNION
             SELECT c.window_start, c.key FROM version_cell c JOIN others ON others.id = c.version_id, whole
              WHERE (c.window_start >= lo AND c.window_start < $3) OR (c.window_start >= $4 AND c.window_start < hi))
           SELECT window_start AS "windowStart", coalesce(error, 0) AS error, count(*) AS cells
             FROM cells LEFT JOIN worst USING (window_start, key) GROUP BY 1, 2 ORDER BY 1, 2`,
    values: [versionId, computeId, from, to],
  })
  return rows
}

/** Events that speed counted twice, by the minute of their window, as far as batch has found. */
export async function selectBatchDuplicates(
  client: PoolClient,
  computeId: number,
  { from, to }: { from: number; to: number },
): Promise<{ minute: number; events: number }[]> {
  const { rows } = await client.query<{ minute: number; events: number }>({
    name: 'measure-batch-duplicates',
    text: `SELECT window_start / 60000 * 60000 AS minute, sum(events)::bigint AS events FROM (
             SELECT window_start, key, max((events->>'duplicate')::bigint) AS events FROM divergence_cell
              WHERE compute_id = $1 AND window_start >= $2::bigint / 60000 * 60000
                AND window_start < ($3::bigint + 59999) / 60000 * 60000 AND events ? 'duplicate'
              GROUP BY window_start, key) cells
            GROUP BY 1 HAVING sum(events) > 0`,
    values: [computeId, from, to],
  })
  return rows
}
