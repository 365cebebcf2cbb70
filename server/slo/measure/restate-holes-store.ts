import type { Pool } from '../../clients'

export interface HoleRow {
  type: string
  /** Null: every compute of the type. */
  computeId: number | null
  layer: string
  reason: string
  fromTime: number | null
  toTime: number | null
  createdAt: number
}

const holesLimit = 1_000

/** Newest first. */
export async function selectHoles(pool: Pool): Promise<HoleRow[]> {
  const { rows } = await pool.query<HoleRow>({
    name: 'measure-holes',
    text: `SELECT type, compute_id AS "computeId", layer, reason, from_time AS "fromTime", to_time AS "toTime",
                  (extract(epoch FROM created_at) * 1000)::bigint AS "createdAt"
             FROM hole ORDER BY id DESC LIMIT ${holesLimit}`,
  })
  return rows
}
