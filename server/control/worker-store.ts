import type { Pool } from '../clients'

export interface WorkerRow {
  id: string
  role: 'batch'
  host: string
  pid: number
  detail: Record<string, unknown>
}

/** Writes the worker's heartbeat, by the database's clock. */
export async function writeWorker(pool: Pool, worker: WorkerRow): Promise<void> {
  await pool.query({
    name: 'control-write-worker',
    text: `INSERT INTO worker (id, role, host, pid, started_at, at, detail)
           VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp(), $5)
           ON CONFLICT (id) DO UPDATE SET at = clock_timestamp(), detail = excluded.detail`,
    values: [worker.id, worker.role, worker.host, worker.pid, JSON.stringify(worker.detail)],
  })
}

export async function removeWorker(pool: Pool, id: string): Promise<void> {
  await pool.query('DELETE FROM worker WHERE id = $1', [id])
}
