import type { Pool } from '../../clients'
import { selectEndedJobs, type EndedJob } from './count-jobs-store'
import { addCounted, countOnce } from './count-once'
import { minuteOf } from './minute'
import { lookFrom, nothingSeen, unseen, type Seen } from './seen'
import { servedDefinitions, type Served } from './served-definitions'
import { Tally } from './tally'
import { readThresholds } from './thresholds'

const shortestDeadlineMs = 60_000
/** Below this the fixed price of a comparison, the clock and the queue are most of what is measured. */
const shortestRunS = 10

/** Takes jobs that ended into `jobs`, `reruns`, `batch` and `reconciliation`, each once. */
export function countJobs(pool: Pool): Promise<void> {
  return countOnce<Seen>(pool, { key: 'slo-counted-jobs', start: nothingSeen }, async (client, mark) => {
    const tally = new Tally(await readThresholds(client))
    const { fresh, seen } = unseen(mark, await selectEndedJobs(client, lookFrom(mark)))
    if (fresh.length > 0) {
      const served = await servedDefinitions(client)
      for (const job of fresh) addJob(tally, job, served.get(job.pipeline))
    }
    await addCounted(client, tally)
    return seen
  })
}

function addJob(tally: Tally, job: EndedJob, served: Served | undefined): void {
  const isGood = job.status === 'succeeded'
  const slot = { pipeline: job.pipeline, minute: minuteOf(job.at), traffic: 'real' as const }
  const add = (indicator: 'jobs' | 'reruns' | 'batch' | 'reconciliation', value: number, weight = 1) => {
    tally.add({ ...slot, indicator, value, weight })
  }
  const failed = Math.max(0, job.attempts - (job.status === 'failed' ? 0 : 1))
  add('reruns', 1, failed)
  if (job.status === 'cancelled') return
  add('jobs', isGood ? 0 : 1)
  add('reruns', 0, job.attempts - failed)
  if (job.kind === 'scheduled' && served !== undefined) {
    const deadlineMs = Math.max(shortestDeadlineMs, Math.min(served.definition.batch.everyMs, 86_400_000))
    // A run that failed has not met its deadline, however soon it did.
    const share = (job.at - job.createdAt) / deadlineMs
    add('batch', isGood ? share : Math.max(share, 2))
  }
  if (job.stagedAt !== null && job.publishedAt !== null && job.runStartedAt !== null) {
    const runS = Math.max(shortestRunS, (job.stagedAt - job.runStartedAt) / 1_000)
    add('reconciliation', Math.max(0, job.publishedAt - job.stagedAt) / 1_000 / runS)
  }
}
