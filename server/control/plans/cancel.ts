import { AppError } from '../../platform'
import { announceJob } from '../announce'
import { findJob, markCancel } from '../job-store'
import { isUuid } from '../jobs'
import type { JobItem, JobView, PlanItem } from '../model'
import type { Change, PlanCommand } from './command'
import { atOnce, doneAtOnce, plainDraft, plainItem } from './instant'

export interface CancelRequest {
  options: { jobId: string }
}

/** Stops a job that waits or runs: what has finished is told, and none of it is put in force. */
export const cancel: PlanCommand<CancelRequest> = {
  async preview({ pool }, target, { options: { jobId } }) {
    const job = isUuid(jobId) ? await findJob(pool, jobId) : null
    const { name } = target.stored
    if (job?.pipeline !== name)
      throw new AppError(
        'not_found',
        `There is no job ${jobId.slice(0, 64)} of ${name}. List the jobs and choose one.`,
      )
    if (job.finishedAt !== null)
      throw new AppError(
        'unprocessable',
        `Nothing to cancel: the job is ${job.status} already. What it published can be rolled back.`,
      )
    const items = job.items.length > 0 ? job.items.map(asPlanned) : [whole(job)]
    return plainDraft(target, {
      items,
      notes: [
        job.status === 'queued'
          ? 'It has not started, or stands still: it ends at once.'
          : 'It stops after the range in hand.',
        'A run puts its ranges in force together, at its end: of a cancelled one none is served.',
      ],
      estimate: atOnce('a cancelled job stops after the range in hand'),
      blastRadius: { consumers: [], objectives: [] },
    })
  },

  async changes(client, plan) {
    const { jobId } = (plan.request as CancelRequest).options
    const job = await findJob(client, jobId)
    return job?.finishedAt === null ? [] : ended(jobId, job)
  },

  async apply(client, plan, approval, { nats }) {
    const { jobId } = (plan.request as CancelRequest).options
    const job = await markCancel(client, jobId)
    return doneAtOnce(client, plan, approval, {
      result: { cancelled: jobId },
      afterCommit: () => {
        if (job) announceJob(nats, job)
      },
    })
  },
}

const ended = (jobId: string, job: JobView | null): Change[] => [
  { what: `job ${jobId}`, expected: 'queued or running', found: job?.status ?? 'gone' },
]

const asPlanned = ({ id, label, from, to, status, rows }: JobItem): PlanItem => ({
  id,
  label,
  from,
  to,
  windows: 0,
  activeVersions: [],
  becomesVersion: null,
  cells: rows ?? 0,
  before: status === 'succeeded' ? 'finished, staged' : status,
  after: status === 'succeeded' ? 'dropped' : status === 'failed' ? 'failed' : 'cancelled',
})

const whole = ({ kind, status }: JobView): PlanItem =>
  plainItem(1, { label: `Job of kind ${kind}`, before: status, after: 'cancelled' })
