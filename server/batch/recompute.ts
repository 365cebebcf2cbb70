import { inTransaction, type Pool, type PoolClient } from '../clients'
import type { CompiledPipeline } from '../pipeline'
import { AppError, sleep, withSpan, type Clock } from '../platform'
import {
  beginVersion,
  discardVersions,
  finishVersion,
  stageChunk,
  type BegunVersion,
  type Cut,
  type Range,
  type StagedVersion,
} from '../serving'
import { KeyLimit } from './key-limit'
import type { ArchiveSource } from './archive-source'
import type { BatchEngine } from './engine'
import { runChunks } from './run-chunks'
import { schemasAt } from './schemas-store'
import { versionCells } from './verify-store'
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
  /** After each chunk, with about the archive bytes it read and the share that is done; the run goes on when it resolves. */
  onRead?: ((bytes: number, done: number) => Promise<void> | void) | undefined
  chunkRows?: number | undefined
  /** At the end of each transaction that stages: throws when the caller may not write any more. */
  check?: ((client: PoolClient) => Promise<void>) | undefined
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
 * Recounts a range at a cut and stages the result, chunk after chunk; nobody is served from it before it is
 * published. When it rejects, what was staged for a job stays for its next attempt, which goes on behind the last
 * chunk; what is nobody's is left as a discarded version without rows.
 */
export async function recompute(request: RecomputeRequest): Promise<StagedVersion> {
  const { pool, cut, jobId } = request
  await withSpan({ name: 'wait for archive', stage: 'batch' }, () => waitForArchive(request))
  const begun = await begin(request)
  if (begun.figures !== null) return { id: begun.id, number: begun.number, ...begun.figures }
  try {
    return await withSpan({ name: 'stage', stage: 'batch' }, async (attributes) => {
      const staged = await stageChunks(request, begun, cut)
      Object.assign(attributes, { version: staged.number, rows: staged.rows, events: staged.events })
      return staged
    })
  } catch (error) {
    if (jobId === null) await discardVersions(pool, request.compute.id, [begun.id]).catch(() => undefined)
    throw error
  }
}

async function begin(request: RecomputeRequest): Promise<BegunVersion> {
  const { pool, compute, compiled, range, cut } = request
  const schemas = await schemasAt(pool, compiled.definition, Math.max(0, ...cut.seqs))
  return inTransaction(pool, (client) =>
    beginVersion(client, {
      computeId: compute.id,
      pipeline: compute.pipeline,
      range,
      cut,
      schemas,
      jobId: request.jobId,
      createdBy: request.actor,
      reason: request.reason,
    }),
  )
}

async function stageChunks(
  request: RecomputeRequest,
  begun: BegunVersion,
  { seqs }: Cut,
): Promise<StagedVersion> {
  const { pool, signal, onProgress, range, check } = request
  const digest = await digestOf(pool, begun)
  let rows = digest.rows
  const { chunks, bytes } = await runChunks({
    ...request,
    seqs,
    doneUpTo: begun.chunks.at(-1)?.to ?? range.from,
    onChunk: (done) => onProgress?.({ phase: 'computing', done, rows }),
  })
  for await (const chunk of chunks) {
    const limit = new KeyLimit(request.compiled.definition)
    const lines = async function* () {
      for await (const cells of chunk.cells) {
        signal?.throwIfAborted()
        limit.note(cells)
        yield digest.lines(cells)
      }
    }
    rows += await inTransaction(pool, async (client) => {
      const staged = await stageChunk(client, begun, { range: chunk.range, lines: lines() })
      await check?.(client)
      return staged
    })
  }
  return inTransaction(pool, async (client) => {
    const { digest: hex, events } = digest.figures()
    const staged = await finishVersion(client, begun, { digest: hex, events, bytes, rows })
    await check?.(client)
    return staged
  })
}

/** Over what an earlier attempt has staged: its rows are read back, as a digest is one over all of them. */
async function digestOf(pool: Pool, begun: BegunVersion): Promise<VersionDigest> {
  const digest = new VersionDigest()
  const noted = begun.chunks.reduce((sum, { rows }) => sum + rows, 0)
  if (noted > 0) for await (const cells of versionCells(pool, begun.id)) digest.lines(cells)
  if (digest.rows === noted) return digest
  throw new AppError(
    'conflict',
    `Going on with version ${begun.number} of ${begun.pipeline} was refused: it holds ${digest.rows} rows where ${noted} were staged. Recompute the range.`,
  )
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
