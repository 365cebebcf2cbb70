import type { Pool } from '../clients'

interface WorkerRow {
  id: string
  role: string
  host: string
  pid: number
  detail: Record<string, unknown>
}

/** By the database's clock, which all that read it share. */
export async function writeWorker(pool: Pool, { id, role, host, pid, detail }: WorkerRow): Promise<void> {
  await pool.query({
    name: 'workers-write-worker',
    text: `INSERT INTO worker (id, role, host, pid, started_at, at, detail)
           VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp(), $5)
           ON CONFLICT (id) DO UPDATE SET at = clock_timestamp(), detail = excluded.detail`,
    values: [id, role, host, pid, JSON.stringify(detail)],
  })
}

export async function removeWorker(pool: Pool, id: string): Promise<void> {
  await pool.query('DELETE FROM worker WHERE id = $1', [id])
}
