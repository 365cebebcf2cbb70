import { hostname } from 'node:os'
import type { Pool } from '../clients'
import { logger, type Stop } from '../platform'
import { removeWorker, writeWorker } from './worker-store'

const everyMs = 5_000

interface Worker {
  pool: Pool
  id: string
  role: string
  /** What it does at the moment, for the status. */
  detail: () => Record<string, unknown>
}

/** Says that the worker lives, until stopped. A beat that fails is only late: nothing is decided by it. */
export async function beginHeartbeat({ pool, id, role, detail }: Worker): Promise<Stop> {
  const beat = () => writeWorker(pool, { id, role, host: hostname(), pid: process.pid, detail: detail() })
  await beat()
  const timer = setInterval(() => {
    beat().catch((error: unknown) => {
      logger(role).warn({ err: error }, 'could not say that this worker lives')
    })
  }, everyMs)
  return async () => {
    clearInterval(timer)
    await removeWorker(pool, id).catch(() => undefined)
  }
}
