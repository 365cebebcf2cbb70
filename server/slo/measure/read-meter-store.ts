import type { Pool } from '../../clients'

/** Event types that pipelines in force read. */
export async function readTypes(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ type: string }>(
    `SELECT DISTINCT c.type FROM pipeline p JOIN pipeline_version v ON v.id IN (p.version_id, p.shadow_id)
       JOIN compute c ON c.id = v.compute_id WHERE p.deleted_at IS NULL`,
  )
  return rows.map(({ type }) => type)
}
