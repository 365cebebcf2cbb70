import type { SqlRelation } from '../pipeline'
import type { Range } from '../serving'
import type { ArchivedRows } from './plan-chunks'

/** What a statement may read: a FROM item over the segments that touch a range. */
export interface ArchiveScan {
  relation: string
  columns: SqlRelation
  segments: (ArchivedRows & { bytes: number })[]
}

/** The archive as a run reads it. */
export interface ArchiveSource {
  /** Every message up to here is archived. */
  reachedSeq(): Promise<number>
  /** Segments of a type whose events may lie in the range; all of them without one. Null: there are none. */
  scan(type: string, range: Range | null): Promise<ArchiveScan | null>
}
