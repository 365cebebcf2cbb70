import type { ArchiveSource } from '../batch'
import type { Pool } from '../clients'
import { archivedRelation, archivedSeq } from '../log'

/** The log room's archive as the batch room reads it. */
export const archiveSource = ({ pool, dir }: { pool: Pool; dir: string }): ArchiveSource => ({
  reachedSeq: () => archivedSeq(pool),
  scan: (type, range) =>
    archivedRelation(pool, dir, { type, ...(range && { fromMs: range.from, toMs: range.to }) }),
})
