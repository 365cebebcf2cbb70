import { inTransaction, type Pool, type PoolClient } from '../clients'
import { logger } from '../platform'
import { pipelinesLimit } from './apply-definition'
import { deleteOldRuns, insertJob } from './job-store'
import { selectPauses } from './layer-pause-store'
import { definitionOf } from './pipeline-info'
import { selectComputed, type StoredPipeline } from './pipeline-store'
import { isDue } from './schedule'
import { selectSchedule, tryScheduleLock } from './schedule-store'

/** Finished scheduled runs kept of each pipeline. */
const runsKept = 50

/** Enqueues a run for every pipeline that is due; any number of workers may call it. Resolves to how many. */
export function scheduleJobs(pool: Pool): Promise<number> {
  return inTransaction(pool, async (client) => {
    if (!(await tryScheduleLock(client))) return 0
    const pipelines = await selectUnpaused(client)
    const schedule = await selectSchedule(
      client,
      pipelines.map(({ computeId }) => computeId),
    )
    let enqueued = 0
    for (const stored of pipelines) {
      const row = schedule.get(stored.computeId)
      if (!row || !isDue({ ...row, everyMs: everyMsOf(stored) }, row.now)) continue
      const id = await insertJob(client, {
        kind: 'scheduled',
        pipeline: stored.name,
        payload: { computeId: stored.computeId },
        items: [],
        createdBy: 'schedule',
        dedupeKey: `scheduled:${stored.computeId}`,
      })
      if (id !== null) enqueued++
    }
    if (enqueued > 0) await deleteOldRuns(client, runsKept)
    return enqueued
  })
}

/** Pipelines and their shadows, but those whose batch layer stands still. */
async function selectUnpaused(client: PoolClient): Promise<StoredPipeline[]> {
  const computed = await selectComputed(client, pipelinesLimit)
  const names = [...new Set(computed.map(({ name }) => name))]
  const pauses = await selectPauses(client, names)
  const paused = new Set(pauses.flatMap(({ pipeline, layer }) => (layer === 'batch' ? [pipeline] : [])))
  return computed.filter(({ name }) => !paused.has(name))
}

function everyMsOf(stored: Parameters<typeof definitionOf>[0]): number {
  try {
    const { everyMs, reconcile } = definitionOf(stored).batch
    return reconcile === 'off' ? Infinity : everyMs
  } catch (error) {
    // One unreadable definition must not stop the schedule of the others.
    logger('control').error({ err: error, pipeline: stored.name }, 'not scheduled')
    return Infinity
  }
}
