import { randomBytes } from 'node:crypto'
import type { Pool } from '../clients'
import { AppError } from '../platform'

export interface ComputeRow {
  id: number
  pipeline: string
  type: string
  partitions: number
  definition: unknown
  /** False for a shadow: it is computed, and nobody is served from it. */
  served: boolean
  /** Events logged before are history to it; epoch ms. */
  createdAt: number
}

/**
 * What is to be computed now, oldest first: the computes of each pipeline's current version and of its shadow. Those
 * of a pipeline whose speed layer is paused are left out, and their positions are held by the pause.
 */
export async function readComputesInForce(pool: Pool, limit: number): Promise<ComputeRow[]> {
  const { rows } = await pool.query<ComputeRow>({
    name: 'speed-computes-in-force',
    text: `SELECT DISTINCT ON (c.id) c.id, p.name AS pipeline, c.type, c.partitions, v.definition,
                  v.id = p.version_id AS served, (extract(epoch FROM c.created_at) * 1000)::bigint AS "createdAt"
             FROM pipeline p
             JOIN pipeline_version v ON v.id IN (p.version_id, p.shadow_id)
             JOIN compute c ON c.id = v.compute_id
            WHERE p.deleted_at IS NULL
              AND NOT EXISTS (
                SELECT 1 FROM layer_pause l WHERE l.pipeline = p.name AND l.layer = 'speed' AND l.ended_at IS NULL
                   AND (l.until_at IS NULL OR l.until_at > clock_timestamp()))
            ORDER BY c.id, v.id = p.version_id DESC LIMIT $1`,
    values: [limit],
  })
  return rows
}

/**
 * Where a skipped stretch that ends at the position starts, as the message before it; null: nothing was skipped to
 * there. It is read for the watermark and the dedupe marks, which follow from every event before the position.
 */
export async function readSkipped(
  pool: Pool,
  position: { computeId: number; partition: number; seq: number },
): Promise<number | null> {
  const { rows } = await pool.query<{ seqFrom: number | null }>(
    `WITH RECURSIVE skipped AS (
       SELECT seq_from FROM hole WHERE compute_id = $1 AND partition = $2 AND layer = 'speed' AND seq_to = $3
       UNION
       SELECT h.seq_from FROM skipped s JOIN hole h ON h.compute_id = $1 AND h.partition = $2 AND h.layer = 'speed'
          AND h.seq_to = s.seq_from - 1)
     SELECT min(seq_from) AS "seqFrom" FROM skipped`,
    [position.computeId, position.partition, position.seq],
  )
  const seqFrom = rows[0]?.seqFrom ?? null
  return seqFrom === null ? null : seqFrom - 1
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
      WHERE NOT EXISTS (SELECT 1 FROM hole WHERE type = $1 AND partition = $2 AND layer = 'speed' AND compute_id IS NULL
                           AND seq_from <= $3 AND seq_to >= $4)`,
    [hole.type, hole.partition, hole.seqFrom, hole.seqTo, hole.toTime, hole.reason],
  )
}

/** The deployment's secret for fingerprints of identities: made by whoever asks first, the same for all. */
export async function readDedupeSeed(pool: Pool): Promise<{ seedLo: number; seedHi: number }> {
  await pool.query(
    `INSERT INTO setting (key, value) VALUES ('dedupeSecret', to_jsonb($1::text)) ON CONFLICT DO NOTHING`,
    [randomBytes(16).toString('hex')],
  )
  const { rows } = await pool.query<{ value: string }>(`SELECT value FROM setting WHERE key = 'dedupeSecret'`)
  const bytes = Buffer.from(rows[0]?.value ?? '', 'hex')
  if (bytes.length < 8) {
    throw new AppError(
      'internal',
      'Reading the setting dedupeSecret failed: it is not a secret of hex digits.',
    )
  }
  return { seedLo: bytes.readInt32LE(0), seedHi: bytes.readInt32LE(4) }
}
