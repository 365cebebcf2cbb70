import { leaseTimes } from '../platform'
import type { Transaction } from './memory-db'
import type { ArchiveRow, Tables } from './tables'

const only = 'archive'
const { leaseMs } = leaseTimes

export interface ArchiveFlush {
  fence: number
  fromSeq: number
  toSeq: number
  segments: readonly { seqFrom: number; seqTo: number }[]
}

/** The statements of the archive's lease and manifest on tables in memory. */
export function memoryArchive(tables: Tables, now: () => number) {
  const { archive, segments } = tables
  const read = (tx: Transaction): ArchiveRow =>
    tx.get(archive, only) ?? { seq: 0, fence: 0, owner: null, leaseUntil: null }

  return {
    acquireLease(tx: Transaction, owner: string): { owner: string; fence: number; seq: number } | null {
      tx.lock('archive', only)
      const row = read(tx)
      if (row.owner !== null && row.leaseUntil !== null && row.leaseUntil >= now()) return null
      const taken = { ...row, owner, fence: row.fence + 1, leaseUntil: now() + leaseMs }
      tx.set(archive, 'archive', only, taken)
      return { owner, fence: taken.fence, seq: taken.seq }
    },

    renewLease(tx: Transaction, { fence }: { fence: number }): boolean {
      tx.lock('archive', only)
      const row = read(tx)
      if (row.fence === fence) tx.set(archive, 'archive', only, { ...row, leaseUntil: now() + leaseMs })
      return row.fence === fence
    },

    releaseLease(tx: Transaction, { fence }: { fence: number }): void {
      tx.lock('archive', only)
      const row = read(tx)
      if (row.fence === fence) tx.set(archive, 'archive', only, { ...row, owner: null, leaseUntil: null })
    },

    archivedSeq: (tx: Transaction): number => read(tx).seq,

    commitFlush(tx: Transaction, flush: ArchiveFlush): boolean {
      tx.lock('archive', only)
      const row = read(tx)
      if (row.fence !== flush.fence || row.seq !== flush.fromSeq) return false
      tx.set(archive, 'archive', only, { ...row, seq: flush.toSeq })
      for (const { seqFrom, seqTo } of flush.segments)
        tx.set(segments, 'segment', String(tables.nextId()), { seqFrom, seqTo })
      return true
    },
  }
}
