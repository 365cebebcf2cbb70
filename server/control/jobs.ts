import type { Nats, Pool } from '../clients'
import { inTransaction } from '../clients'
import { AppError, type Clock } from '../platform'
import { audit } from './audit'
import { findJob, markCancel, selectJobs } from './job-store'
import type { JobView } from './model'
import { announceJob } from './announce'

export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)

export const listJobs = (
  { pool }: { pool: Pool },
  page: { pipeline: string | null; limit: number },
): Promise<JobView[]> => selectJobs(pool, page)

export async function getJob({ pool }: { pool: Pool }, id: string): Promise<JobView> {
  const job = isUuid(id) ? await findJob(pool, id) : null
  if (!job) throw noJob(id)
  return job
}

/** Cancels a queued job at once and asks the worker of a running one to stop; what is published stays. */
export async function requestCancel(
  { pool, nats, clock }: { pool: Pool; nats: Nats; clock: Clock },
  { id, actor }: { id: string; actor: string },
): Promise<JobView> {
  const known = await getJob({ pool }, id)
  if (known.finishedAt !== null)
    throw new AppError(
      'conflict',
      `Cancelling the job was refused: it is ${known.status} already. Nothing is left to stop.`,
      {
        details: { changed: [{ what: 'status', expected: 'queued or running', found: known.status }] },
      },
    )
  const job = await inTransaction(pool, async (client) => {
    const changed = await markCancel(client, id)
    await audit(client, clock, {
      actor,
      action: 'job.cancel',
      object: id,
      detail: { pipeline: known.pipeline },
    })
    return changed
  })
  if (!job) throw noJob(id)
  announceJob(nats, job)
  return job
}

const noJob = (id: string) =>
  new AppError('not_found', `There is no job ${id.slice(0, 64)}. List the jobs and choose one.`)
