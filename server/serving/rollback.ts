import type { PoolClient } from '../clients'
import type { Instant } from '../pipeline'
import { AppError } from '../platform'
import { flipBack, flipTo, uncovered, type Flip, type MapEntry } from './publication'
import type { ComputeRow, Queryable, StoredEntry } from './publication-store'
import { openFlip, requireKeptBuckets, writeFlip, type FlipRequest, type Published } from './publish'
import { intersection, subtract, type Range } from './ranges'
import {
  servingReadsOf,
  servingTransactionOf,
  type ServingReads,
  type ServingTransaction,
} from './serving-store'
import type { VersionRow } from './version-store'

/**
 * To one version's own range, or to the whole map of an earlier publication; with `range` (or `ranges`, disjoint) only
 * inside it. Zero is the publication before the first: speed alone.
 */
export type RollbackTarget =
  | { version: number; range?: Range | undefined }
  | { publication: number; ranges?: readonly Range[] | undefined }

export interface RollbackRequest extends FlipRequest {
  target: RollbackTarget
}

export interface RollbackPreview {
  compute: ComputeRow
  /** By window range: what answers now and what would. `null`: speed alone. */
  changes: (Range & { before: VersionRow | null; after: VersionRow | null })[]
}

/**
 * Makes earlier answers the served ones again: the same flip as a publish. Throws `gone` when the cells of a version
 * it needs, or the speed buckets after its cut, are no longer kept.
 */
export const rollbackTo = (client: PoolClient, request: RollbackRequest): Promise<Published> =>
  rollbackThrough(servingTransactionOf(client), request)

export async function rollbackThrough(
  store: ServingTransaction,
  request: RollbackRequest,
): Promise<Published> {
  const compute = await openFlip(store, request)
  const { flip } = await decide(store, compute, request.target)
  return writeFlip(store, { compute, flip, request, kind: 'rollback' })
}

/** What a rollback would change, window range by window range; refuses as the rollback itself would. */
export async function previewRollback(
  db: Queryable,
  computeId: number,
  target: RollbackTarget,
): Promise<RollbackPreview> {
  const store = servingReadsOf(db)
  const compute = await store.readCompute(computeId)
  if (compute === null) throw new AppError('not_found', `Compute ${computeId} does not exist.`)
  const { flip, versions } = await decide(store, compute, target)
  const version = (id: number | undefined) => (id === undefined ? null : (versions.get(id) ?? null))
  const changes = flip.closed.flatMap((old) => [
    ...flip.added.flatMap((next) => {
      const both = intersection(old, next)
      return both === null || next.versionId === old.versionId
        ? []
        : [{ ...both, before: version(old.versionId), after: version(next.versionId) }]
    }),
    ...subtract(old, flip.added).map((rest) => ({ ...rest, before: version(old.versionId), after: null })),
  ])
  const newlyCovered = flip.added.flatMap((next) =>
    subtract(next, flip.closed).map((rest) => ({ ...rest, before: null, after: version(next.versionId) })),
  )
  return { compute, changes: [...changes, ...newlyCovered].sort((a, b) => a.from - b.from) }
}

async function decide(
  store: ServingReads,
  compute: ComputeRow,
  target: RollbackTarget,
): Promise<{ flip: Flip<StoredEntry>; versions: Map<number, VersionRow> }> {
  const current = await store.entriesInForce(compute.id)
  const flip =
    'version' in target
      ? flipTo(current, [await versionEntry(store, compute, target)])
      : await publicationFlip(store, compute, current, target)
  const ids = new Set([...flip.added, ...flip.closed].map(({ versionId }) => versionId))
  const versions = new Map((await store.readVersions([...ids])).map((v) => [v.id, v]))
  for (const { versionId } of flip.added) requireCells(versions.get(versionId), compute)
  const bare: MapEntry[] = uncovered(flip).map((range) => ({ ...range, versionId: -1 }))
  requireKeptBuckets([...flip.added, ...bare], versions, await store.readVacuumed(compute.id))
  return { flip, versions }
}

async function versionEntry(
  store: ServingReads,
  compute: ComputeRow,
  target: { version: number; range?: Range | undefined },
): Promise<MapEntry> {
  const version = await store.findVersion(compute.pipeline, target.version)
  if (version === null) {
    throw new AppError(
      'not_found',
      `Rolling back ${compute.pipeline} failed: it has no version ${target.version}. List its versions and choose one.`,
    )
  }
  if (version.computeId !== compute.id) {
    throw new AppError(
      'gone',
      `Rolling back ${compute.pipeline} was refused: version ${version.number} was computed by another definition. Apply that definition again instead.`,
    )
  }
  requireCells(version, compute)
  const range = target.range === undefined ? version : intersection(version, target.range)
  if (range === null) {
    throw new AppError(
      'bad_request',
      `Rolling back ${compute.pipeline} failed: version ${version.number} answers for ${iso(version.from)} to ${iso(version.to)}, which the given range does not touch.`,
    )
  }
  return { from: range.from, to: range.to, versionId: version.id }
}

async function publicationFlip(
  store: ServingReads,
  compute: ComputeRow,
  current: readonly StoredEntry[],
  target: { publication: number; ranges?: readonly Range[] | undefined },
): Promise<Flip<StoredEntry>> {
  const { publication, ranges } = target
  if (publication > compute.publication || !(await store.publicationExists(compute.id, publication))) {
    throw new AppError(
      'not_found',
      `Rolling back ${compute.pipeline} failed: it has no publication ${publication}; ${compute.publication} is in force.`,
    )
  }
  const earlier = await store.entriesAt(compute.id, publication)
  if (ranges === undefined) return flipBack(current, earlier)
  const clipped = earlier.flatMap((entry) =>
    ranges.flatMap((range) => {
      const both = intersection(entry, range)
      return both === null ? [] : [{ ...both, versionId: entry.versionId }]
    }),
  )
  const outside = current.flatMap((entry) =>
    subtract(entry, ranges).map((rest) => ({ ...rest, versionId: entry.versionId })),
  )
  return flipBack(current, [...outside, ...clipped])
}

function requireCells(version: VersionRow | undefined, compute: ComputeRow): void {
  if (version?.state === 'published') return
  const which = version === undefined ? 'a version it needs' : `version ${version.number}`
  const state = version?.state ?? 'discarded'
  const never = state === 'staging' || state === 'staged'
  throw new AppError(
    never ? 'conflict' : 'gone',
    never
      ? `Rolling back ${compute.pipeline} was refused: ${which} was never published.`
      : `Rolling back ${compute.pipeline} was refused: the cells of ${which} are no longer kept. Recompute the range instead.`,
  )
}

const iso = (at: Instant) => new Date(at).toISOString()
