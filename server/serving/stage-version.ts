import type { Pool, PoolClient } from '../clients'
import { AppError, crashPoint } from '../platform'
import { requireKeptBuckets } from './publish'
import type { Range } from './ranges'
import {
  servingStoreOf,
  servingTransactionOf,
  type ServingStore,
  type ServingTransaction,
} from './serving-store'
import type { StagedChunk } from './version-chunk-store'
import type { NewVersion, StagedFigures } from './version-store'

export interface StagedVersion extends StagedFigures {
  id: number
  number: number
}

export interface BegunVersion {
  id: number
  number: number
  pipeline: string
  /** What an earlier attempt of the same job had staged, in order; the last one's end is where to go on. */
  chunks: StagedChunk[]
  /** Not null: an earlier attempt had staged all of it. */
  figures: StagedFigures | null
}

export interface CellLines {
  /** COPY text lines of version_cell without its version_id, ordered by window and key. */
  lines: AsyncIterable<string>
  /** Called after the last line; the figures of what was written. */
  figures: () => Omit<StagedFigures, 'rows'>
}

/**
 * Writes the rows of a run as a version that nobody is served from yet; when anything fails the version is left
 * discarded, without rows.
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
  const begun = await store.transact((tx) => beginThrough(tx, version))
  try {
    const { lines, figures } = write(begun)
    const rows = await store.transact((tx) => chunkThrough(tx, begun, { range: version.range, lines }))
    return await store.transact((tx) => finishThrough(tx, begun, { ...figures(), rows }))
  } catch (error) {
    await store.markDiscarded([begun.id]).catch(() => undefined)
    throw error
  }
}

/** The version that an earlier attempt of the same job began for the same range and cut, else a new one. */
export const beginVersion = (client: PoolClient, version: NewVersion): Promise<BegunVersion> =>
  beginThrough(servingTransactionOf(client), version)

export async function beginThrough(store: ServingTransaction, version: NewVersion): Promise<BegunVersion> {
  const { computeId, range, cut, pipeline } = version
  if ((await store.shareCompute(computeId)) === null) {
    throw new AppError('not_found', `Staging a version failed: compute ${computeId} does not exist.`)
  }
  const entry = { ...range, versionId: 0 }
  const self = new Map([[0, { number: 0, epoch: cut.epoch }]])
  requireKeptBuckets([entry], self, await store.readVacuumed(computeId))
  const left = await store.findBegun(version)
  if (left === null) return { ...(await store.insertVersion(version)), pipeline, chunks: [], figures: null }
  const { id, number, digest, rows, events, bytes } = left
  return {
    id,
    number,
    pipeline,
    chunks: await store.readChunks(id),
    figures: digest === null ? null : { digest, rows, events, bytes },
  }
}

/** Rows of a part of the range, and the note that they are there: a run that is killed goes on behind it. */
export const stageChunk = (
  client: PoolClient,
  begun: Pick<BegunVersion, 'id' | 'number' | 'pipeline'>,
  chunk: { range: Range; lines: AsyncIterable<string> },
): Promise<number> => chunkThrough(servingTransactionOf(client), begun, chunk)

export async function chunkThrough(
  store: ServingTransaction,
  begun: Pick<BegunVersion, 'id' | 'number' | 'pipeline'>,
  { range, lines }: { range: Range; lines: AsyncIterable<string> },
): Promise<number> {
  await store.withoutTimeouts()
  const rows = await store.copyCells(prefixed(begun.id, lines))
  crashPoint('serving.stage.copied')
  if (!(await store.insertChunk(begun.id, { ...range, rows }))) throw discardedMeanwhile(begun)
  return rows
}

/** From here on the version can be put in force. */
export const finishVersion = (
  client: PoolClient,
  begun: Pick<BegunVersion, 'id' | 'number' | 'pipeline'>,
  figures: StagedFigures,
): Promise<StagedVersion> => finishThrough(servingTransactionOf(client), begun, figures)

export async function finishThrough(
  store: ServingTransaction,
  begun: Pick<BegunVersion, 'id' | 'number' | 'pipeline'>,
  figures: StagedFigures,
): Promise<StagedVersion> {
  if (!(await store.markStaged(begun.id, figures))) throw discardedMeanwhile(begun)
  const { id, number } = begun
  return { id, number, ...figures }
}

const discardedMeanwhile = ({ number, pipeline }: Pick<BegunVersion, 'number' | 'pipeline'>) =>
  new AppError(
    'conflict',
    `Staging version ${number} of ${pipeline} was refused: it was discarded meanwhile, so another run took over.`,
  )

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

async function* prefixed(id: number, lines: AsyncIterable<string>): AsyncGenerator<string> {
  const prefix = `${id}\t`
  for await (const chunk of lines) {
    if (chunk !== '') yield prefix + chunk.slice(0, -1).replaceAll('\n', `\n${prefix}`) + '\n'
  }
}
