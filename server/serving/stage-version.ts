import { inTransaction, type Pool, type PoolClient } from '../clients'
import { AppError, crashPoint } from '../platform'
import { readVacuumed, shareCompute } from './publication-store'
import { requireKeptBuckets } from './publish'
import {
  copyCells,
  deleteDiscardedCells,
  insertVersion,
  markDiscarded,
  markGivenUp,
  markStaged,
  type NewVersion,
  type StagedFigures,
} from './version-store'

export interface StagedVersion extends StagedFigures {
  id: number
  number: number
}

export interface CellLines {
  /** COPY text lines of version_cell without its version_id, ordered by window and key. */
  lines: AsyncIterable<string>
  /** Called after the last line; the figures of what was written. */
  figures: () => Omit<StagedFigures, 'rows'>
}

/**
 * Writes the rows of a run as a version that nobody is served from yet. The rows and the state `staged` commit
 * together; when anything fails the version is left discarded, without rows.
 */
export async function stageVersion(
  pool: Pool,
  version: NewVersion,
  write: (begun: { id: number; number: number }) => CellLines,
): Promise<StagedVersion> {
  const begun = await inTransaction(pool, (client) => begin(client, version))
  try {
    return await inTransaction(pool, async (client) => {
      // The run's pace is DuckDB's: between two chunks the connection may idle inside the transaction.
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0`)
      const { lines, figures } = write(begun)
      const rows = await copyCells(client, prefixed(begun.id, lines))
      crashPoint('serving.stage.copied')
      const staged = { ...figures(), rows }
      if (!(await markStaged(client, begun.id, staged))) {
        throw new AppError(
          'conflict',
          `Staging version ${begun.number} of ${version.pipeline} was refused: it was discarded meanwhile, so another run took over.`,
        )
      }
      return { ...begun, ...staged }
    })
  } catch (error) {
    await markDiscarded(pool, [begun.id]).catch(() => undefined)
    throw error
  }
}

/** Gives up staged or staging versions: they are never served. Cells go with them. */
export async function discardVersions(pool: Pool, computeId: number, ids: readonly number[]): Promise<void> {
  const discarded = await markGivenUp(pool, ids)
  if (discarded.length === 0) return
  while ((await deleteDiscardedCells(pool, computeId, discardChunk)) > 0);
}

export const discardChunk = 50_000

async function begin(client: PoolClient, version: NewVersion): Promise<{ id: number; number: number }> {
  const { computeId, range, cut } = version
  if ((await shareCompute(client, computeId)) === null) {
    throw new AppError('not_found', `Staging a version failed: compute ${computeId} does not exist.`)
  }
  const entry = { ...range, versionId: 0 }
  const self = new Map([[0, { number: 0, epoch: cut.epoch }]])
  requireKeptBuckets([entry], self, await readVacuumed(client, computeId))
  return insertVersion(client, version)
}

async function* prefixed(id: number, lines: AsyncIterable<string>): AsyncGenerator<string> {
  const prefix = `${id}\t`
  for await (const chunk of lines) {
    if (chunk !== '') yield prefix + chunk.slice(0, -1).replaceAll('\n', `\n${prefix}`) + '\n'
  }
}
