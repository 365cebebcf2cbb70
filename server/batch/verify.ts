import type { Pool } from '../clients'
import type { CompiledPipeline } from '../pipeline'
import { AppError } from '../platform'
import type { VersionRow } from '../serving'
import type { ArchiveSource } from './archive-source'
import type { BatchEngine } from './engine'
import { runChunks } from './run-chunks'
import { VersionDigest } from './version-lines'
import { versionCells } from './verify-store'

export interface Verification {
  version: number
  /** As written when the version was staged. */
  stored: string
  /** Of the rows as they are in the store now. */
  ofRows: string
  /** Of a run of its own, at the version's cut. */
  recomputed: string
  equal: boolean
  rows: { stored: number; recomputed: number }
}

/** Recomputes a version at its cut, and reads its rows back: all three digests must be the same. */
export async function verifyVersion(request: {
  pool: Pool
  engine: BatchEngine
  archive: ArchiveSource
  compiled: CompiledPipeline
  version: VersionRow
  signal?: AbortSignal | undefined
  chunkRows?: number | undefined
}): Promise<Verification> {
  const { pool, version } = request
  if (version.digest === null || version.state === 'discarded') {
    throw new AppError(
      version.state === 'discarded' ? 'gone' : 'conflict',
      `Verifying version ${version.number} of ${version.pipeline} failed: it is ${version.state} and has no rows to compare. Choose a published version.`,
    )
  }
  const again = new VersionDigest()
  const { chunks } = await runChunks({ ...request, range: version, seqs: version.cut })
  for await (const { cells } of chunks) for await (const part of cells) again.lines(part)
  const rows = new VersionDigest()
  for await (const part of versionCells(pool, version.id)) rows.lines(part)
  const recomputed = again.figures()
  const stored = rows.figures()
  return {
    version: version.number,
    stored: version.digest,
    ofRows: stored.digest,
    recomputed: recomputed.digest,
    equal: version.digest === stored.digest && version.digest === recomputed.digest,
    rows: { stored: stored.rows, recomputed: recomputed.rows },
  }
}
