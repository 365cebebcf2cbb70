import type { StoredCell } from '../pipeline'

/** How often a cause of difference touched a cell. */
export interface CauseCounts {
  late: number
  duplicate: number
  invalid: number
}

/** A bucket's value, or what is to be added to it. */
export interface BucketValue extends CauseCounts {
  cell: StoredCell
}

export interface CellDelta extends BucketValue {
  windowStart: number
  key: string
}

/** What a worker counted since its last commit; added to the position row. */
export interface SpeedCounters extends CauseCounts {
  messages: number
  events: number
  accepted: number
  filtered: number
}

/** The part of a position row that decides a commit. */
export interface PositionRow {
  computeId: number
  partition: number
  seq: number
  epoch: number
  fence: number
}

/** One partition's share of a flush: the effect of exactly the messages (baseSeq, seq]. */
export interface PartitionCommit {
  computeId: number
  partition: number
  /** Fencing number the lease was granted with. */
  fence: number
  /** The committed position the deltas start from. */
  baseSeq: number
  seq: number
  watermark: number | null
  /** Log time of the last message folded, epoch ms. */
  logTime: number | null
  counters: SpeedCounters
  cells: CellDelta[]
}

/**
 * - `fenced`: another worker holds the lease.
 * - `moved`: the stored position is not the one the deltas start from (a commit whose outcome was unknown went
 *   through, or the database was restored): adding them would count twice or leave a gap.
 * - `gone`: the position row does not exist.
 */
export type LostReason = 'fenced' | 'moved' | 'gone'

export interface CommitDecision {
  accepted: { commit: PartitionCommit; epoch: number }[]
  lost: { commit: PartitionCommit; reason: LostReason }[]
}

export const partitionKey = (p: { computeId: number; partition: number }): string =>
  `${p.computeId}/${p.partition}`

/** Rows are locked in this order by every transaction that locks more than one. */
export function inLockOrder<T extends { computeId: number; partition: number }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => a.computeId - b.computeId || a.partition - b.partition)
}

/**
 * Decides, over locked position rows, which partitions may write and into which epoch.
 *
 * 1. A worker writes only under the fencing number it holds.
 * 2. Deltas are added to the state they were counted from, or to nothing.
 * 3. A position never goes back.
 * 4. The epoch is read from the row: when it was rotated since the events were folded, their deltas belong to
 *    the new epoch, because the closed one ends at the stored position and they all come after it.
 */
export function decideCommit(
  rows: readonly PositionRow[],
  commits: readonly PartitionCommit[],
): CommitDecision {
  const rowOf = new Map(rows.map((row) => [partitionKey(row), row]))
  const decision: CommitDecision = { accepted: [], lost: [] }
  for (const commit of commits) {
    const row = rowOf.get(partitionKey(commit))
    const reason = row === undefined ? 'gone' : refusal(row, commit)
    if (row !== undefined && reason === null) decision.accepted.push({ commit, epoch: row.epoch })
    else decision.lost.push({ commit, reason: reason ?? 'gone' })
  }
  return decision
}

function refusal(row: PositionRow, commit: PartitionCommit): LostReason | null {
  if (row.fence !== commit.fence) return 'fenced'
  if (row.seq !== commit.baseSeq || commit.seq < row.seq) return 'moved'
  return null
}

export type MergeCells = (computeId: number, base: StoredCell, delta: StoredCell) => StoredCell

/** The bucket's new absolute value: the same whether it is written once or, after a replay, again. */
export function addDelta(
  base: BucketValue | undefined,
  delta: BucketValue,
  merge: (base: StoredCell, delta: StoredCell) => StoredCell,
): BucketValue {
  if (base === undefined) return delta
  return {
    cell: merge(base.cell, delta.cell),
    late: base.late + delta.late,
    duplicate: base.duplicate + delta.duplicate,
    invalid: base.invalid + delta.invalid,
  }
}
