import path from 'node:path'
import type { Pool } from '../../clients'
import type { SqlRelation } from '../../pipeline'
import { AppError } from '../../platform'
import { selectSegments, type Segment } from './archive-store'
import { noteSuspect } from './repair-store'
import { segmentFault } from './segment-fault'
import { textLiteral } from './sql-text'

export interface ArchivedRelation {
  /** A FROM item over all the segments. */
  relation: string
  columns: SqlRelation
  /** Absolute. */
  files: string[]
  segments: Segment[]
}

/** The segments of a type that may hold events of [fromMs, toMs); null when there are none. */
export async function archivedRelation(
  pool: Pool,
  dir: string,
  scope: { type: string; fromMs?: number; toMs?: number },
): Promise<ArchivedRelation | null> {
  const segments = await selectSegments(pool, scope)
  if (segments.length === 0) return null
  for (const segment of segments) await requireSound(pool, dir, segment)
  const files = segments.map((segment) => path.join(path.resolve(dir), segment.file))
  return {
    relation: `read_parquet([${files.map(textLiteral).join(', ')}], union_by_name = true)`,
    columns: {
      shredded: !segments.some((segment) => segment.columns.overflow),
      columns: new Set(segments.flatMap((segment) => Object.keys(segment.columns.fields))),
      eventType: scope.type,
    },
    files,
    segments,
  }
}

/** A damaged one is told to the archiver, which rebuilds it; until then nothing is answered without it. */
async function requireSound(pool: Pool, dir: string, segment: Segment): Promise<void> {
  const fault = await faultOf(dir, segment)
  if (fault === null) return
  await noteSuspect(pool, segment.id).catch(() => undefined)
  throw damaged(segment, fault)
}

const faultOf = (dir: string, segment: Segment, options?: { afresh: boolean }) =>
  segmentFault(dir, segment, options).catch((error: unknown) => {
    throw unreadable(dir, segment, error)
  })

/** The file may be whole: its place cannot be reached. Rebuilding would fail as well, so a person must look. */
const unreadable = (dir: string, { file }: Segment, error: unknown) =>
  new AppError(
    'unavailable',
    `Reading the archive failed: the segment ${file} cannot be read (${error instanceof Error ? error.message : String(error)}). See that the disk of ${path.resolve(dir)} is mounted and may be read; no event is lost, and what failed can be run again.`,
    { details: { file }, cause: error },
  )

const damaged = ({ file, seqFrom, seqTo }: Segment, why: string) =>
  new AppError(
    'unavailable',
    `Reading the archive failed: the segment ${file}, with the log messages ${seqFrom} to ${seqTo}, ${why}. The archive worker rebuilds it from the log, or marks its windows as partial; try again in a minute.`,
    { details: { file, seqFrom, seqTo }, retryAfterS: 60 },
  )

/** Reads every live segment of a type and compares its checksum; the damaged ones, as the errors a reader would get. */
export async function verifyArchive(pool: Pool, dir: string, type: string): Promise<AppError[]> {
  const problems: AppError[] = []
  for (const segment of await selectSegments(pool, { type })) {
    const fault = await faultOf(dir, segment, { afresh: true })
    if (fault !== null) problems.push(damaged(segment, fault))
  }
  return problems
}
