import type { Pool } from '../clients'

/** Versions that an earlier attempt of the job left behind. */
export async function leftoverVersions(pool: Pool, jobId: string): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    `SELECT id FROM version WHERE job_id = $1 AND state IN ('staging', 'staged')`,
    [jobId],
  )
  return rows.map(({ id }) => id)
}
