import type { Pool } from '../../clients'

export interface Position {
  pipeline: string
  type: string
  partition: number
  /** Everything up to here is in the view. */
  seq: number
}

/** Of what the pipelines serve. */
export async function selectPositions(pool: Pool, pipelines: readonly string[]): Promise<Position[]> {
  const { rows } = await pool.query<Position>({
    name: 'measure-positions',
    text: `SELECT p.name AS pipeline, c.type, s.partition, s.seq
             FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id
             JOIN compute c ON c.id = v.compute_id JOIN speed_position s ON s.compute_id = c.id
            WHERE p.name = ANY($1::text[]) AND p.deleted_at IS NULL`,
    values: [pipelines],
  })
  return rows
}
