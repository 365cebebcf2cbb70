import type { Pool } from '../clients'
import type { CompiledPipeline } from '../pipeline'
import { AppError, sleep, withSpan, type Clock } from '../platform'
import { stageVersion, type Cut, type Range, type StagedVersion } from '../serving'
import type { ArchiveSource } from './archive-source'
import type { BatchEngine } from './engine'
import { runChunks } from './run-chunks'
import { schemasAt } from './schemas-store'
import { VersionDigest } from './version-lines'

export interface RecomputeRequest {
  pool: Pool
  engine: BatchEngine
  archive: ArchiveSource
  clock: Clock
  compute: { id: number; pipeline: string }
  compiled: CompiledPipeline
  /** Whole windows. */
  range: Range
  cut: Cut
  actor: string
  reason: string | null
  jobId: string | null
  signal?: AbortSignal | undefined
  onProgress?: ((progress: RecomputeProgress) => void) | undefined
  /** After each chunk, with about the archive bytes it read; the run goes on when it resolves. */
  onRead?: ((bytes: number) => Promise<void> | void) | undefined
  chunkRows?: number | undefined
  /** How long to wait for the archive to reach the cut. */
  archiveWaitMs?: number | undefined
}

export interface RecomputeProgress {
  phase: 'waiting for the archive' | 'computing'
  /** 0 to 1. */
  done: number
  rows: number
}

const archiveWaitMsDefault = 10 * 60_000
const archivePollMs = 100

/**
 * Recounts a range at a cut and stages the result; nobody is served from it before it is published. When it rejects,
 * all it leaves is a discarded version without rows.
 */
export async function recompute(request: RecomputeRequest): Promise<StagedVersion> {
  const { pool, compute, compiled, range, cut, signal, onProgress } = request
  await withSpan({ name: 'wait for archive', stage: 'batch' }, () => waitForArchive(request))
  let rows = 0
  const digest = new VersionDigest()
  const { cells, bytes } = await runChunks({
    ...request,
    seqs: cut.seqs,
    onChunk: (done, total) => onProgress?.({ phase: 'computing', done: done / total, rows }),
  })
  const lines = async function* () {
    for await (const part of cells) {
      signal?.throwIfAborted()
      rows += part.length
      yield digest.lines(part)
    }
  }
  const schemas = await schemasAt(pool, compiled.definition, Math.max(0, ...cut.seqs))
  return withSpan({ name: 'stage', stage: 'batch' }, async (attributes) => {
    const staged = await stageVersion(
      pool,
      {
        computeId: compute.id,
        pipeline: compute.pipeline,
        range,
        cut,
        schemas,
        jobId: request.jobId,
        createdBy: request.actor,
        reason: request.reason,
      },
      () => ({
        lines: lines(),
        figures: () => {
          const { digest: hex, events } = digest.figures()
          return { digest: hex, events, bytes }
        },
      }),
    )
    Object.assign(attributes, { version: staged.number, rows: staged.rows, events: staged.events })
    return staged
  })
}

/** The archive lags the log by a flush; a cut is never past what the speed layer has committed. */
export async function waitForArchive(
  request: Pick<RecomputeRequest, 'archive' | 'clock' | 'cut' | 'signal' | 'onProgress' | 'archiveWaitMs'>,
): Promise<void> {
  const { archive, clock, cut, signal, onProgress, archiveWaitMs = archiveWaitMsDefault } = request
  const wanted = Math.max(0, ...cut.seqs)
  const until = clock.now() + archiveWaitMs
  for (;;) {
    signal?.throwIfAborted()
    const reached = await archive.reachedSeq()
    if (reached >= wanted) return
    onProgress?.({ phase: 'waiting for the archive', done: 0, rows: 0 })
    if (clock.now() >= until) {
      throw new AppError(
        'unavailable',
        `Recomputing was given up: the archive is at message ${reached} and the run needs ${wanted}. Check that an archive worker runs, then try again.`,
        { retryAfterS: 30 },
      )
    }
    await sleep(archivePollMs, signal)
  }
}
