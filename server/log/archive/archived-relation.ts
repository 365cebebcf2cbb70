import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Pool } from '../../clients'
import type { SqlRelation } from '../../pipeline'
import { AppError } from '../../platform'
import { selectSegments, type Segment } from './archive-store'
import { checksumOf } from './segment-file'
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
  for (const segment of segments) await requirePresent(dir, segment)
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

async function requirePresent(dir: string, segment: Segment): Promise<void> {
  const size = await stat(path.join(dir, segment.file)).then(
    (found) => found.size,
    () => null,
  )
  if (size === segment.bytes) return
  throw damaged(segment, size === null ? 'is missing' : `has ${size} bytes instead of ${segment.bytes}`)
}

const damaged = ({ file, seqFrom, seqTo }: Segment, why: string) =>
  new AppError(
    'unavailable',
    `Reading the archive failed: the segment ${file}, with the log messages ${seqFrom} to ${seqTo}, ${why}. Restore the file from a backup; nothing is answered without it.`,
    { details: { file, seqFrom, seqTo } },
  )

/** Reads every live segment of a type and compares its checksum; the damaged ones, as the errors a reader would get. */
export async function verifyArchive(pool: Pool, dir: string, type: string): Promise<AppError[]> {
  const problems: AppError[] = []
  for (const segment of await selectSegments(pool, { type })) {
    const checksum = await checksumOf(path.join(dir, segment.file)).catch(() => null)
    if (checksum === null) problems.push(damaged(segment, 'is missing'))
    else if (checksum !== segment.checksum) problems.push(damaged(segment, 'does not match its checksum'))
  }
  return problems
}
