import type { PoolClient } from '../clients'
import type { Instant } from '../pipeline'
import { AppError, crashPoint } from '../platform'
import { flipTo, type Flip, type MapEntry } from './publication'
import type { ComputeRow, StoredEntry, VacuumedStretch } from './publication-store'
import { overlaps } from './ranges'
import { servingTransactionOf, type ServingTransaction } from './serving-store'
import type { VersionRow } from './version-store'

export interface FlipRequest {
  computeId: number
  actor: string
  reason: string | null
  jobId: string | null
  /** The publication the caller saw: another one in force means the plan no longer holds. */
  expectedPublication?: number
  /** Called under the compute's lock, before anything is written; throws when the caller may not write any more. */
  check?: () => Promise<void>
}

export interface PublishRequest extends FlipRequest {
  /** Staged versions with disjoint ranges: they take effect together. */
  versionIds: readonly number[]
  kind?: 'publish' | 'rollback'
}

export interface Published {
  pipeline: string
  computeId: number
  publication: number
  boundary: Instant | null
  /** What answers now where something changed, and what answered there before. */
  added: MapEntry[]
  replaced: MapEntry[]
}

/**
 * Puts all ranges of the versions in force under one new publication number, in the caller's transaction: a reader
 * sees the whole flip or nothing of it. Throws `conflict` when another publication came first or a version is not
 * staged, `gone` when the speed view no longer holds what comes after a version's cut.
 */
export const publishVersions = (client: PoolClient, request: PublishRequest): Promise<Published> =>
  publishThrough(servingTransactionOf(client), request)

export async function publishThrough(store: ServingTransaction, request: PublishRequest): Promise<Published> {
  const compute = await openFlip(store, request)
  const versions = await store.readVersions(request.versionIds)
  const entries = request.versionIds.map((id) => entryOf(requireStaged(versions, id, compute)))
  if (entries.length === 0) {
    throw new AppError('bad_request', 'Publishing failed: no version was named. Name at least one.')
  }
  requireKeptBuckets(entries, new Map(versions.map((v) => [v.id, v])), await store.readVacuumed(compute.id))
  const hull = {
    from: Math.min(...entries.map(({ from }) => from)),
    to: Math.max(...entries.map(({ to }) => to)),
  }
  const flip = flipTo(await store.entriesInForce(compute.id, hull), entries)
  if ((await store.markPublished(request.versionIds)) !== entries.length) {
    throw new AppError(
      'conflict',
      `Publishing on ${compute.pipeline} was refused: a version was given up while it was being put in force. Recompute the range.`,
    )
  }
  return writeFlip(store, { compute, flip, request, kind: request.kind ?? 'publish' })
}

/** Locks the compute and refuses when what the caller relied on has changed. */
export async function openFlip(store: ServingTransaction, request: FlipRequest): Promise<ComputeRow> {
  const compute = await store.lockCompute(request.computeId)
  if (compute === null) {
    throw new AppError('not_found', `Publishing failed: compute ${request.computeId} does not exist.`)
  }
  const expected = request.expectedPublication
  if (expected !== undefined && expected !== compute.publication) {
    throw new AppError(
      'conflict',
      `Publishing on ${compute.pipeline} was refused: it was planned on publication ${expected}, but ${compute.publication} is in force. Make a new plan.`,
      { details: { changed: [{ what: 'publication', expected, found: compute.publication }] } },
    )
  }
  await request.check?.()
  return compute
}

export async function writeFlip(
  store: ServingTransaction,
  input: {
    compute: ComputeRow
    flip: Flip<StoredEntry>
    request: FlipRequest
    kind: 'publish' | 'rollback'
  },
): Promise<Published> {
  const { compute, flip, request, kind } = input
  const number = compute.publication + 1
  const { jobId, actor, reason } = request
  await store.writePublication(compute.id, { number, kind, jobId, actor, reason }, flip)
  crashPoint('serving.flip.inside')
  return {
    pipeline: compute.pipeline,
    computeId: compute.id,
    publication: number,
    boundary: await store.readBoundary(compute.id),
    added: flip.added,
    replaced: flip.closed.map(({ from, to, versionId }) => ({ from, to, versionId })),
  }
}

/**
 * A version answers exactly only together with every bucket after its cut. Throws `gone` where a vacuum deleted
 * some of them; `epochOf` a window without a version is −1: it needs all its buckets.
 */
export function requireKeptBuckets(
  entries: readonly MapEntry[],
  versions: ReadonlyMap<number, Pick<VersionRow, 'number' | 'epoch'>>,
  vacuumed: readonly VacuumedStretch[],
): void {
  for (const entry of entries) {
    const version = versions.get(entry.versionId)
    const lost = vacuumed.find((s) => overlaps(s, entry) && s.epoch > (version?.epoch ?? -1))
    if (lost === undefined) continue
    const what =
      version === undefined
        ? 'without a version speed alone would have to answer'
        : `version ${version.number} needs what came after its cut`
    throw new AppError(
      'gone',
      `The flip was refused: ${what}, and the speed view from ${iso(lost.from)} to ${iso(lost.to)} was vacuumed. Recompute the range instead.`,
    )
  }
}

function requireStaged(versions: readonly VersionRow[], id: number, compute: ComputeRow): VersionRow {
  const version = versions.find((v) => v.id === id)
  if (version?.computeId !== compute.id) {
    throw new AppError(
      'not_found',
      `Publishing failed: version id ${id} does not exist on ${compute.pipeline}.`,
    )
  }
  if (version.state !== 'staged') {
    throw new AppError(
      'conflict',
      `Publishing version ${version.number} of ${compute.pipeline} was refused: it is ${version.state}, not staged. Recompute the range.`,
      {
        details: {
          changed: [{ what: `version ${version.number}`, expected: 'staged', found: version.state }],
        },
      },
    )
  }
  return version
}

const entryOf = (version: VersionRow): MapEntry => ({
  from: version.from,
  to: version.to,
  versionId: version.id,
})

const iso = (at: Instant) => (Number.isFinite(at) ? new Date(at).toISOString() : String(at))
