import { newSpanId, withRootSpan } from '../platform'
import { jobTraceId } from '../slo'
import type { JobRun } from './job-run'

/** Somebody waits for these; the others are the schedule's and the guard's own. */
const byHand = new Set(['reconcile', 'backfill', 'redrive', 'preview'])

/** Runs a job as the first span of its trace. To be stopped is no error of the run. */
export async function traceJob(run: JobRun, work: () => Promise<void>): Promise<void> {
  const { id, kind, pipeline, attempts } = run.job
  const context = { traceId: jobTraceId(id), spanId: newSpanId(), asked: byHand.has(kind) }
  const stopped = await withRootSpan(
    context,
    null,
    { name: kind, stage: 'batch', attributes: { pipeline, job: id, attempt: attempts } },
    async (attributes) => {
      try {
        await work()
        return null
      } catch (error) {
        if (run.stopped === null) throw error
        attributes.stopped = run.stopped
        return { error }
      }
    },
  )
  if (stopped !== null) throw stopped.error
}
