import type {
  BucketValue,
  BucketWrite,
  Cut,
  HeldLease,
  Lease,
  PartitionCommit,
  PositionRow as Locked,
} from '../serving'
import type { Transaction } from './memory-db'
import type { BucketRow, PositionRow, Tables } from './tables'

const positionKey = (p: { computeId: number; partition: number }) => `${p.computeId}/${p.partition}`
const bucketKey = (b: Pick<BucketRow, 'computeId' | 'windowStart' | 'key' | 'epoch' | 'partition'>) =>
  `${b.computeId}/${b.windowStart}/${b.key}/${b.epoch}/${b.partition}`
const noCounters = { messages: 0, events: 0, accepted: 0, filtered: 0, late: 0, duplicate: 0, invalid: 0 }

interface LeaseQuery {
  computeIds: readonly number[]
  leaseMs: number
  dead: readonly string[]
}

/** The statements of the speed view and its leases on tables in memory. `now` is the database's clock. */
export function memorySpeed(tables: Tables, now: () => number) {
  const { positions, buckets, computes, workers, closed } = tables

  const held = (tx: Transaction, leases: readonly HeldLease[]): PositionRow[] =>
    sorted(leases).flatMap((lease) => {
      const key = positionKey(lease)
      if (tx.get(positions, key)?.fence !== lease.fence) return []
      tx.lock('position', key)
      const row = tx.get(positions, key)
      return row?.fence === lease.fence ? [row] : []
    })
  const put = (tx: Transaction, row: PositionRow) => {
    tx.set(positions, 'position', positionKey(row), row)
  }

  const ensure = (tx: Transaction, computeIds: readonly number[]): void => {
    for (const computeId of computeIds) {
      const partitions = tx.get(computes, String(computeId))?.partitions ?? 0
      for (let partition = 0; partition < partitions; partition++) {
        const key = positionKey({ computeId, partition })
        if (tx.get(positions, key) !== undefined) continue
        const fresh = {
          seq: 0,
          epoch: 0,
          fence: 0,
          watermark: null,
          logTime: null,
          owner: null,
          leaseUntil: null,
        }
        put(tx, { computeId, partition, ...fresh, counters: noCounters })
      }
    }
  }

  return {
    ensurePositions: ensure,

    acquireLeases(tx: Transaction, owner: string, input: LeaseQuery & { limit: number }): Lease[] {
      const { computeIds, limit, leaseMs, dead } = input
      const free = [...tx.values(positions)]
        .map(([, row]) => row)
        .filter((row) => computeIds.includes(row.computeId) && isFree(row, dead, now()))
        .filter((row) => !tx.isLockedByOther('position', positionKey(row)))
        .sort((a, b) => a.partition - b.partition || a.computeId - b.computeId)
        .slice(0, Math.max(0, limit))
      return free.map((row) => {
        const taken = { ...row, owner, fence: row.fence + 1, leaseUntil: now() + leaseMs }
        put(tx, taken)
        const { computeId, partition, fence, seq, watermark, logTime, epoch } = taken
        return { computeId, partition, fence, seq, watermark, logTime, epoch }
      })
    },

    heartbeatLeases(tx: Transaction, leases: readonly HeldLease[], leaseMs: number): HeldLease[] {
      return held(tx, leases).map((row) => {
        put(tx, { ...row, leaseUntil: now() + leaseMs })
        const { computeId, partition, fence } = row
        return { computeId, partition, fence }
      })
    },

    releaseLeases(tx: Transaction, leases: readonly HeldLease[]): void {
      for (const row of held(tx, leases)) put(tx, { ...row, owner: null, leaseUntil: null })
    },

    readSpread(tx: Transaction, owner: string, input: LeaseQuery): { partitions: number; workers: number } {
      const alive = [...tx.values(workers)].filter(
        ([id, row]) => id !== owner && !input.dead.includes(id) && row.at > now() - input.leaseMs,
      )
      const wanted = [...tx.values(positions)].filter(([, row]) => input.computeIds.includes(row.computeId))
      return { partitions: wanted.length, workers: alive.length + 1 }
    },

    workersOfScope(tx: Transaction, scope: string): { id: string; pid: number }[] {
      return [...tx.values(workers)].flatMap(([id, row]) =>
        row.scope === scope ? [{ id, pid: row.pid }] : [],
      )
    },

    writeWorker(tx: Transaction, { id, pid, scope }: { id: string; pid: number; scope: string }): void {
      tx.set(workers, 'worker', id, { id, pid, scope, at: now() })
    },

    removeWorkers(tx: Transaction, ids: readonly string[]): void {
      for (const id of ids) if (tx.get(workers, id) !== undefined) tx.delete(workers, 'worker', id)
    },

    lockPositions(tx: Transaction, commits: readonly PartitionCommit[]): Locked[] {
      return sorted(commits).flatMap((commit) => {
        const key = positionKey(commit)
        tx.lock('position', key)
        const row = tx.get(positions, key)
        if (row === undefined) return []
        const { computeId, partition, seq, epoch, fence } = row
        return [{ computeId, partition, seq, epoch, fence }]
      })
    },

    readBuckets(tx: Transaction, writes: readonly BucketWrite[]): Map<number, BucketValue> {
      const stored = new Map<number, BucketValue>()
      writes.forEach((write, at) => {
        const row = tx.get(buckets, bucketKey(bucketOf(write)))
        if (row === undefined) return
        const { cell, late, duplicate, invalid } = row
        stored.set(at, { cell, late, duplicate, invalid })
      })
      return stored
    },

    upsertBuckets(tx: Transaction, writes: readonly BucketWrite[]): void {
      for (const write of writes) {
        const { cell, late, duplicate, invalid } = write.value ?? write.delta
        const row = { ...bucketOf(write), cell, late, duplicate, invalid }
        tx.set(buckets, 'bucket', bucketKey(row), row)
      }
    },

    advancePositions(tx: Transaction, commits: readonly PartitionCommit[], leaseMs: number): void {
      for (const commit of commits) {
        const row = tx.get(positions, positionKey(commit))
        if (row?.fence !== commit.fence || row.seq > commit.seq)
          throw new Error('rows locked by this transaction changed')
        put(tx, {
          ...row,
          seq: commit.seq,
          watermark: greatest(row.watermark, commit.watermark),
          logTime: commit.logTime ?? row.logTime,
          counters: sumOf(row.counters, commit.counters),
          leaseUntil: now() + leaseMs,
        })
      }
    },

    /** Closes the epoch in all partitions of a compute at once. */
    rotateEpoch(tx: Transaction, computeId: number): Cut {
      ensure(tx, [computeId])
      const known = [...tx.values(positions)].flatMap(([, row]) => (row.computeId === computeId ? [row] : []))
      for (const row of sorted(known)) tx.lock('position', positionKey(row))
      const rows = sorted(known).flatMap((row) => tx.get(positions, positionKey(row)) ?? [])
      const epoch = Math.max(0, ...rows.map((row) => row.epoch))
      for (const row of rows) {
        const { partition, seq, watermark } = row
        const shut = { computeId, partition, epoch, seq, watermark, closedAt: now() }
        tx.set(closed, 'closed', `${computeId}/${epoch}/${partition}`, shut)
        put(tx, { ...row, epoch: epoch + 1 })
      }
      return { epoch, seqs: rows.map(({ seq }) => seq), watermarks: rows.map(({ watermark }) => watermark) }
    },
  }
}

const sorted = <T extends { computeId: number; partition: number }>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => a.computeId - b.computeId || a.partition - b.partition)

const isFree = (row: PositionRow, dead: readonly string[], at: number) =>
  row.owner === null || row.leaseUntil === null || row.leaseUntil < at || dead.includes(row.owner)

const bucketOf = ({ commit, delta, epoch }: BucketWrite) => ({
  computeId: commit.computeId,
  windowStart: delta.windowStart,
  key: delta.key,
  epoch,
  partition: commit.partition,
})

const greatest = (a: number | null, b: number | null) =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

function sumOf<T extends PositionRow['counters']>(a: T, b: T): T {
  const sum = { ...a }
  for (const name of Object.keys(b) as (keyof T)[])
    sum[name] = ((a[name] as number) + (b[name] as number)) as T[keyof T]
  return sum
}
