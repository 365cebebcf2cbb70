import type { Pool } from '../clients'
import { AppError, crashPoint } from '../platform'
import { requireKeptBuckets } from './publish'
import { servingStoreOf, type ServingStore, type ServingTransaction } from './serving-store'
import type { NewVersion, StagedFigures } from './version-store'

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
export const stageVersion = (
  pool: Pool,
  version: NewVersion,
  write: (begun: { id: number; number: number }) => CellLines,
): Promise<StagedVersion> => stageThrough(servingStoreOf(pool), version, write)

export async function stageThrough(
  store: ServingStore,
  version: NewVersion,
  write: (begun: { id: number; number: number }) => CellLines,
): Promise<StagedVersion> {
  const begun = await store.transact((tx) => begin(tx, version))
  try {
    return await store.transact(async (tx) => {
      await tx.withoutTimeouts()
      const { lines, figures } = write(begun)
      const rows = await tx.copyCells(prefixed(begun.id, lines))
      crashPoint('serving.stage.copied')
      const staged = { ...figures(), rows }
      if (!(await tx.markStaged(begun.id, staged))) {
        throw new AppError(
          'conflict',
          `Staging version ${begun.number} of ${version.pipeline} was refused: it was discarded meanwhile, so another run took over.`,
        )
      }
      return { ...begun, ...staged }
    })
  } catch (error) {
    await store.markDiscarded([begun.id]).catch(() => undefined)
    throw error
  }
}

/** Gives up staged or staging versions: they are never served. Cells go with them. */
export const discardVersions = (pool: Pool, computeId: number, ids: readonly number[]): Promise<void> =>
  discardThrough(servingStoreOf(pool), computeId, ids)

export async function discardThrough(
  store: ServingStore,
  computeId: number,
  ids: readonly number[],
): Promise<void> {
  const discarded = await store.markGivenUp(ids)
  if (discarded.length === 0) return
  while ((await store.deleteDiscardedCells(computeId, discardChunk)) > 0);
}

export const discardChunk = 50_000

async function begin(
  store: ServingTransaction,
  version: NewVersion,
): Promise<{ id: number; number: number }> {
  const { computeId, range, cut } = version
  if ((await store.shareCompute(computeId)) === null) {
    throw new AppError('not_found', `Staging a version failed: compute ${computeId} does not exist.`)
  }
  const entry = { ...range, versionId: 0 }
  const self = new Map([[0, { number: 0, epoch: cut.epoch }]])
  requireKeptBuckets([entry], self, await store.readVacuumed(computeId))
  return store.insertVersion(version)
}

async function* prefixed(id: number, lines: AsyncIterable<string>): AsyncGenerator<string> {
  const prefix = `${id}\t`
  for await (const chunk of lines) {
    if (chunk !== '') yield prefix + chunk.slice(0, -1).replaceAll('\n', `\n${prefix}`) + '\n'
  }
}
