import { recompute } from '../batch'
import { AppError } from '../platform'
import type { Cut, Range } from '../serving'
import type { UsagePlace } from '../slo'
import type { BatchDeps } from './batch-deps'
import { compareVersion } from './compare-version'
import { compiledOf } from './compiled'
import type { JobRun } from './job-run'
import type { JobItem } from './model'
import type { StoredPipeline } from './pipeline-store'
import { requireHeld } from './require-held'

/** Of the progress bar, what waiting and planning take before the first range. */
export const headShare = 0.05
const tailShare = 0.03
/** Of a range's part of it, what is left for comparing. */
const compareShare = 0.25

export interface StagedRange {
  item: JobItem
  /** Null: it failed, and says why on its item. */
  versionId: number | null
  /** Why it was staged without having been compared; null: it was compared. */
  uncompared: string | null
}

export interface StageRequest {
  stored: StoredPipeline
  cut: Cut
  ranges: readonly Range[]
  /** A range that fails, or cannot be compared, fails the run even on the last attempt. */
  isStrict: boolean
  /** Versions of an earlier part of the run, by number: their ranges are done. */
  done: ReadonlyMap<number, number>
  /** Filled range by range, so that a caller knows what was staged when a later one fails. */
  staged: StagedRange[]
}

/**
 * Recomputes the ranges at the cut, one after the other, and compares each with what was served there. On the last
 * attempt what worked is kept: exact numbers are not held back by a range that fails or by a comparison that does.
 */
export async function stageRanges(deps: BatchDeps, run: JobRun, request: StageRequest): Promise<void> {
  const { ranges, done, staged } = request
  for (const [place, range] of ranges.entries()) {
    const item = run.items[place]
    if (!item) throw new Error(`the job has no item for range ${place}`)
    const known = item.version === null ? undefined : done.get(item.version)
    if (known !== undefined) {
      staged.push({ item, versionId: known, uncompared: null })
      continue
    }
    await run.pauseIfAsked()
    await deps.governor?.pace(run, 0)
    await stageRange(deps, run, request, { item, range, place })
  }
  await run.pauseIfAsked()
  const failed = staged.filter(({ versionId }) => versionId === null)
  if (failed.length > 0 && failed.length === staged.length)
    throw new AppError('internal', `Recomputing failed for every range. ${failed[0]?.item.error ?? ''}`)
}

async function stageRange(
  deps: BatchDeps,
  run: JobRun,
  { stored, cut, ranges, isStrict, staged }: StageRequest,
  { item, range, place }: { item: JobItem; range: Range; place: number },
): Promise<void> {
  const { job } = run
  const compiled = compiledOf(stored)
  const startedAt = performance.now()
  const advance = (done: number) => {
    run.advance(headShare + ((place + done) / ranges.length) * (1 - headShare - tailShare))
  }
  const isLast = job.attempts >= job.maxAttempts && !isStrict
  item.status = 'running'
  const outcome: StagedRange = { item, versionId: null, uncompared: null }
  try {
    const version = await working(deps, { layer: 'batch', pipeline: stored.name }, () =>
      recompute({
        ...deps,
        compute: { id: stored.computeId, pipeline: stored.name },
        compiled,
        range,
        cut,
        actor: job.createdBy,
        reason: job.reason,
        jobId: job.id,
        signal: run.signal,
        check: (client) => requireHeld(client, run),
        onProgress: ({ done }) => {
          advance(done * (1 - compareShare))
        },
        onRead: async (bytes, done) => {
          run.bytes += bytes
          item.bytes = (item.bytes ?? 0) + bytes
          deps.usage?.note({ layer: 'batch', pipeline: stored.name, bytesRead: bytes })
          await deps.governor?.pace(run, bytes)
          if (done < 1) await run.pauseIfAsked()
        },
      }),
    )
    Object.assign(item, { version: version.number, rows: version.rows })
    outcome.versionId = version.id
    staged.push(outcome)
  } catch (error) {
    // Paused between two chunks, it goes on behind them.
    if (run.stopped === 'paused') item.status = 'queued'
    else Object.assign(item, { status: 'failed', error: said(error, 'failed') })
    if (run.stopped !== null || !isLast || ranges.length === 1) throw error
    staged.push(outcome)
    return
  }
  try {
    const { versionId } = outcome
    await working(deps, { layer: 'reconcile', pipeline: stored.name }, () =>
      compareVersion(deps, { compiled, versionId, signal: run.signal }),
    )
  } catch (error) {
    item.error = `Comparing it with what was served failed: ${said(error, 'failed')}`
    if (run.stopped !== null || !isLast) throw comparisonFailed(stored.name, error)
    outcome.uncompared = item.error
  }
  item.status = 'succeeded'
  item.seconds = (performance.now() - startedAt) / 1_000
  advance(1)
}

/** While it runs, the CPU of this process is counted as the pipeline's. */
const working = <T>({ usage }: BatchDeps, place: UsagePlace, run: () => Promise<T>): Promise<T> =>
  usage ? usage.during(place, run) : run()

const comparisonFailed = (pipeline: string, error: unknown) =>
  error instanceof AppError
    ? error
    : new AppError(
        'internal',
        `Comparing what ${pipeline} served with the recount failed; the log of the batch worker says why.`,
        { cause: error },
      )

const said = (error: unknown, otherwise: string) =>
  error instanceof AppError ? error.message : `${otherwise}; see the log of the batch worker`

export const versionsOf = (staged: readonly StagedRange[]): number[] =>
  staged.flatMap(({ versionId }) => versionId ?? [])
