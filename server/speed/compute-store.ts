import type { Pool } from '../clients'

export interface ComputeRow {
  id: number
  pipeline: string
  type: string
  partitions: number
  definition: unknown
}

/** What is to be computed now: one row per compute of a pipeline's current version, oldest first. */
export async function readComputesInForce(pool: Pool, limit: number): Promise<ComputeRow[]> {
  const { rows } = await pool.query<ComputeRow>({
    name: 'speed-computes-in-force',
    text: `SELECT c.id, p.name AS pipeline, c.type, c.partitions, v.definition
             FROM pipeline p
             JOIN pipeline_version v ON v.id = p.version_id
             JOIN compute c ON c.id = v.compute_id
            WHERE p.deleted_at IS NULL
            ORDER BY c.id LIMIT $1`,
    values: [limit],
  })
  return rows
}

/** A stretch of the log that is gone before it was folded: the windows it may touch are served as partial. */
export async function recordHole(
  pool: Pool,
  hole: {
    type: string
    partition: number
    seqFrom: number
    seqTo: number
    toTime: number | null
    reason: string
  },
): Promise<void> {
  await pool.query(
    `INSERT INTO hole (type, partition, seq_from, seq_to, to_time, layer, reason)
     SELECT $1, $2, $3, $4, $5, 'speed', $6
      WHERE NOT EXISTS (SELECT 1 FROM hole WHERE type = $1 AND partition = $2 AND layer = 'speed'
                           AND seq_from <= $3 AND seq_to >= $4)`,
    [hole.type, hole.partition, hole.seqFrom, hole.seqTo, hole.toTime, hole.reason],
  )
}

/** Windows of the partition's current epoch, newest first: what its viewers may have missed. */
export async function readOpenWindows(
  pool: Pool,
  at: { computeId: number; partition: number; epoch: number },
  limit: number,
): Promise<number[]> {
  const { rows } = await pool.query<{ windowStart: number }>({
    name: 'speed-open-windows',
    text: `SELECT DISTINCT window_start AS "windowStart" FROM speed_bucket
            WHERE compute_id = $1 AND partition = $2 AND epoch = $3 ORDER BY 1 DESC LIMIT $4`,
    values: [at.computeId, at.partition, at.epoch, limit],
  })
  return rows.map((row) => row.windowStart)
}
