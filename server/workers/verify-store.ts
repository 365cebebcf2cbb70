import type { Pool } from '../clients'

/** The newest definition that counts what the compute counts. */
export async function documentOfCompute(pool: Pool, computeId: number): Promise<unknown> {
  const { rows } = await pool.query<{ definition: unknown }>(
    'SELECT definition FROM pipeline_version WHERE compute_id = $1 ORDER BY version DESC LIMIT 1',
    [computeId],
  )
  return rows[0]?.definition ?? null
}
