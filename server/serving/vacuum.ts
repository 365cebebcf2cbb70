import type { Pool } from '../clients'
import type { Definition } from '../pipeline'
import { AppError, type Clock } from '../platform'
import { overlayMs, planVacuum, type VacuumPlan, type VacuumVersion } from './plan-vacuum'
import { servingStoreOf, type ServingStore, type ServingTransaction } from './serving-store'
import { discardChunk } from './stage-version'
import type { VersionRow } from './version-store'

export interface VacuumRequest {
  computeId: number
  definition: Pick<Definition, 'windowSizeMs' | 'retention'>
  clock: Clock
  /** Staged versions that somebody may still put in force, however old. */
  held?: readonly number[]
  signal?: AbortSignal
}

export interface Vacuumed {
  versions: number
  cells: number
  buckets: number
  expiredRanges: number
}

/**
 * Removes what no answer needs. What goes is decided and written down first, under the compute's lock, and deleted
 * after: a publish that would need it is refused from then on, and a run that was killed is finished by the next.
 */
export const vacuum = (pool: Pool, request: VacuumRequest): Promise<Vacuumed> =>
  vacuumThrough(servingStoreOf(pool), request)

export async function vacuumThrough(store: ServingStore, request: VacuumRequest): Promise<Vacuumed> {
  const { computeId, clock, signal } = request
  const { plan, discarded } = await store.transact((tx) => decide(tx, request))
  const cells = await drain(signal, () => store.deleteDiscardedCells(computeId, discardChunk))
  const buckets = await drain(signal, () => store.deleteBuckets(computeId, plan.vacuumed, discardChunk))
  await store.deleteEndedEntries(computeId, clock.now() - request.definition.retention.cellsMs)
  return { versions: discarded.length, cells, buckets, expiredRanges: plan.expire.length }
}

async function decide(
  store: ServingTransaction,
  { computeId, definition, clock, held = [] }: VacuumRequest,
): Promise<{ plan: VacuumPlan; discarded: number[] }> {
  if ((await store.lockCompute(computeId)) === null) {
    throw new AppError('not_found', `Vacuuming failed: compute ${computeId} does not exist.`)
  }
  const now = clock.now()
  const plan = planVacuum({
    now,
    windowSizeMs: definition.windowSizeMs,
    keepVersions: definition.retention.versions,
    cellsMs: definition.retention.cellsMs,
    versions: (await store.liveVersions(computeId)).map((version) => ({
      ...forVacuum(version),
      isHeld: held.includes(version.id),
    })),
    inForce: await store.entriesInForce(computeId),
    lastEpoch: await store.lastEpochsBefore(computeId, {
      overlay: now - overlayMs,
      retention: now - definition.retention.cellsMs,
    }),
    vacuumed: await store.readVacuumed(computeId),
  })
  await store.expireEntries(computeId, plan.expire)
  const discarded = await store.markDiscarded(plan.discard)
  await store.writeVacuumed(computeId, plan.vacuumed)
  return { plan, discarded }
}

function forVacuum(version: VersionRow): VacuumVersion {
  return {
    id: version.id,
    from: version.from,
    to: version.to,
    epoch: version.epoch,
    state: version.state === 'discarded' ? 'published' : version.state,
    startedAt: version.startedAt.getTime(),
    finishedAt: version.finishedAt?.getTime() ?? null,
  }
}

async function drain(signal: AbortSignal | undefined, step: () => Promise<number>): Promise<number> {
  let total = 0
  for (;;) {
    signal?.throwIfAborted()
    const done = await step()
    total += done
    if (done === 0) return total
  }
}
