import type { PoolClient } from '../clients'
import type { JobRun } from './job-run'
import { lockHeldJob } from './job-store'

/** Under the lock of the job's row: a cancel that came first, or another worker, ends the transaction. */
export async function requireHeld(client: PoolClient, run: JobRun): Promise<void> {
  const state = await lockHeldJob(client, run.job)
  if (state === 'held') return
  run.stop(state)
  throw new Error(`the job may no longer publish: ${state}`)
}
