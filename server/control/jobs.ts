import type { Nats, Pool, PoolClient } from '../clients'
import { inTransaction } from '../clients'
import { AppError, type Clock } from '../platform'
import { audit } from './audit'
import { findJob, markCancel, markPause, selectJobs } from './job-store'
import type { JobKind, JobView } from './model'
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

interface JobDeps {
  pool: Pool
  nats: Nats
  clock: Clock
}

/** Cancels a queued job at once and asks the worker of a running one to stop; what is published stays. */
export async function requestCancel(
  deps: JobDeps,
  { id, actor }: { id: string; actor: string },
): Promise<JobView> {
  const known = await requireOpen(deps.pool, id, 'Cancelling', 'Nothing is left to stop.')
  return change(deps, known, { actor, action: 'job.cancel' }, (client) => markCancel(client, id))
}

const pausable = new Set<JobKind>(['scheduled', 'reconcile', 'backfill', 'preview', 'redrive'])

/** A running job stops after the range in hand and keeps what it has staged; a queued one is not started. */
export async function requestPause(
  deps: JobDeps,
  { id, actor }: { id: string; actor: string },
): Promise<JobView> {
  const known = await requireOpen(deps.pool, id, 'Pausing', 'Nothing is left to pause.')
  if (!pausable.has(known.kind))
    throw new AppError(
      'unprocessable',
      `Pausing the job was refused: a job of kind ${known.kind} cannot stand still half-way. Cancel it instead.`,
    )
  return change(deps, known, { actor, action: 'job.pause' }, (client) => markPause(client, id, true))
}

/** Lets a paused job go on from where it stands. */
export async function requestResume(
  deps: JobDeps,
  { id, actor }: { id: string; actor: string },
): Promise<JobView> {
  const known = await requireOpen(deps.pool, id, 'Resuming', 'Plan it again to run it once more.')
  if (!known.pauseRequested)
    throw new AppError('conflict', 'Resuming the job was refused: it is not paused.', {
      details: { changed: [{ what: 'pause', expected: 'paused', found: 'not paused' }] },
    })
  return change(deps, known, { actor, action: 'job.resume' }, (client) => markPause(client, id, false))
}

async function requireOpen(pool: Pool, id: string, doing: string, remedy: string): Promise<JobView> {
  const known = await getJob({ pool }, id)
  if (known.finishedAt === null) return known
  throw new AppError('conflict', `${doing} the job was refused: it is ${known.status} already. ${remedy}`, {
    details: { changed: [{ what: 'status', expected: 'queued or running', found: known.status }] },
  })
}

async function change(
  { pool, nats, clock }: JobDeps,
  known: JobView,
  { actor, action }: { actor: string; action: string },
  write: (client: PoolClient) => Promise<JobView | null>,
): Promise<JobView> {
  const job = await inTransaction(pool, async (client) => {
    const changed = await write(client)
    await audit(client, clock, { actor, action, object: known.id, detail: { pipeline: known.pipeline } })
    return changed
  })
  if (!job) throw noJob(known.id)
  announceJob(nats, job)
  return job
}

const noJob = (id: string) =>
  new AppError('not_found', `There is no job ${id.slice(0, 64)}. List the jobs and choose one.`)
