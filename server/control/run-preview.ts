import { inTransaction } from '../clients'
import type { BatchDeps } from './batch-deps'
import { compiledOf } from './compiled'
import { goesOn } from './goes-on'
import type { JobRun } from './job-run'
import { endJob } from './job-store'
import { discardLeftovers, openRun } from './open-run'
import { finishPreview, readDiff } from './plans'
import { requireCompute } from './require-compute'
import { requireHeld } from './require-held'
import { comparisonOf } from './run-store'
import { stageRanges, versionsOf, type StagedRange } from './stage-ranges'

/**
 * Computes a plan for real and stops before the flip: its versions stay staged for as long as the plan can be applied,
 * and the plan shows what they would change. The plan and the job's end are written in one transaction.
 */
export async function runPreview(deps: BatchDeps, run: JobRun): Promise<void> {
  const { pool, clock } = deps
  const { job } = run
  const { computeId } = job.payload as { computeId: number }
  const stored = await requireCompute(pool, job.pipeline, computeId)
  const compiled = compiledOf(stored)
  const opened = await openRun(deps, run, stored)
  const staged: StagedRange[] = []
  const discard = () => discardLeftovers(pool, computeId, job.id).catch(() => undefined)
  try {
    await stageRanges(deps, run, { stored, ...opened, isStrict: true, staged })
    const versionIds = versionsOf(staged)
    const diff = await readDiff(pool, { compiled, versionIds })
    const comparison = await comparisonOf(pool, versionIds)
    const isWanted = await inTransaction(pool, async (client) => {
      await requireHeld(client, run)
      const versions = staged.flatMap(({ item }) => item.version ?? [])
      const preview = { jobId: job.id, versionIds, versions, epoch: opened.cut.epoch, diff, now: clock.now() }
      const isWanted = job.planId !== null && (await finishPreview(client, job.planId, preview))
      await endJob(client, job, {
        status: isWanted ? 'succeeded' : 'cancelled',
        items: run.items,
        progress: 1,
        bytes: run.bytes,
        result: { comparison },
        error: isWanted ? null : 'The plan expired before its preview was ready.',
      })
      return isWanted
    })
    if (!isWanted) await discard()
  } catch (error) {
    if (!goesOn(run, error)) await discard()
    throw error
  }
}
