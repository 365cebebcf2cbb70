import { crashPoint } from '../platform'
import type { SpeedBases } from './speed-bases'
import {
  addDelta,
  decideCommit,
  inLockOrder,
  partitionKey,
  type BucketValue,
  type CellDelta,
  type LostReason,
  type MergeCells,
  type PartitionCommit,
  type PositionRow,
} from './speed-commit'

export interface SpeedCommit {
  commits: readonly PartitionCommit[]
  merge: MergeCells
  bases: SpeedBases
  /** How much longer the leases of what is committed last from now, by the database's clock. */
  leaseMs: number
}

export interface SpeedCommitResult {
  committed: {
    computeId: number
    partition: number
    epoch: number
    cells: number
    /** By the start of its window, how many buckets were new. */
    fresh: Map<number, number>
  }[]
  lost: { computeId: number; partition: number; reason: LostReason }[]
}

/** One changed bucket; its absolute value once its base is known. */
export interface BucketWrite {
  commit: PartitionCommit
  epoch: number
  delta: CellDelta
  name: string
  value: BucketValue | undefined
  /** There was no such bucket before. */
  isNew: boolean
}

/** The statements of one transaction on the speed view. */
export interface SpeedViewTransaction {
  /** The position rows of the commits, locked in lock order until the transaction ends; absent ones are left out. */
  lockPositions(commits: readonly PartitionCommit[]): Promise<PositionRow[]>
  /** Stored buckets, by the place of their write. */
  readBuckets(writes: readonly BucketWrite[]): Promise<Map<number, BucketValue>>
  upsertBuckets(writes: readonly BucketWrite[]): Promise<void>
  advancePositions(commits: readonly PartitionCommit[], leaseMs: number): Promise<void>
}

/** Where flushes go: committed when the function resolves, without a trace when it rejects. */
export interface SpeedView {
  transact<T>(fn: (store: SpeedViewTransaction) => Promise<T>): Promise<T>
}

/**
 * Writes one flush in one transaction: the absolute values of the changed buckets together with the positions
 * they belong to. What may not be written is reported in `lost` and leaves no trace. When it rejects, the
 * outcome is unknown; committing the same deltas again is safe, because they apply to their `baseSeq` only.
 */
export async function commitThrough(view: SpeedView, input: SpeedCommit): Promise<SpeedCommitResult> {
  const ordered = inLockOrder(input.commits)
  let written: BucketWrite[] = []
  const decision = await view.transact(async (store) => {
    const rows = await store.lockPositions(ordered)
    const decided = decideCommit(rows, ordered)
    if (decided.accepted.length === 0) return decided
    written = decided.accepted.flatMap(({ commit, epoch }) => {
      input.bases.enter(partitionKey(commit), epoch, commit.baseSeq === 0)
      return commit.cells.map((delta) => ({
        commit,
        epoch,
        delta,
        name: cellName(delta),
        value: undefined,
        isNew: false,
      }))
    })
    await addToBases(store, written, input)
    await store.upsertBuckets(written)
    crashPoint('speed.commit.inside')
    await store.advancePositions(
      decided.accepted.map(({ commit }) => commit),
      input.leaseMs,
    )
    return decided
  })
  const freshOf = new Map<PartitionCommit, Map<number, number>>()
  for (const { commit, name, value, isNew, delta } of written) {
    if (value !== undefined) input.bases.remember(partitionKey(commit), name, value)
    if (!isNew) continue
    let fresh = freshOf.get(commit)
    if (fresh === undefined) freshOf.set(commit, (fresh = new Map<number, number>()))
    fresh.set(delta.windowStart, (fresh.get(delta.windowStart) ?? 0) + 1)
  }
  for (const { commit } of decision.lost) input.bases.forget(partitionKey(commit))
  return {
    committed: decision.accepted.map(({ commit, epoch }) => ({
      computeId: commit.computeId,
      partition: commit.partition,
      epoch,
      cells: commit.cells.length,
      fresh: freshOf.get(commit) ?? new Map<number, number>(),
    })),
    lost: decision.lost.map(({ commit, reason }) => ({
      computeId: commit.computeId,
      partition: commit.partition,
      reason,
    })),
  }
}

const cellName = (cell: { windowStart: number; key: string }) => `${cell.windowStart}/${cell.key}`

/** Fills in the absolute value of every write, reading from the store what is not remembered. */
async function addToBases(
  store: SpeedViewTransaction,
  writes: BucketWrite[],
  { bases, merge }: SpeedCommit,
): Promise<void> {
  const unknown: BucketWrite[] = []
  for (const write of writes) {
    const base = bases.find(partitionKey(write.commit), write.name)
    if (base === undefined) unknown.push(write)
    else fill(write, base ?? undefined, merge)
  }
  if (unknown.length === 0) return
  const stored = await store.readBuckets(unknown)
  unknown.forEach((write, i) => {
    fill(write, stored.get(i), merge)
  })
}

function fill(write: BucketWrite, base: BucketValue | undefined, merge: MergeCells): void {
  const { computeId } = write.commit
  write.isNew = base === undefined
  write.value = addDelta(base, write.delta, (a, b) => merge(computeId, a, b))
}
