import path from 'node:path'
import type { Duck, Pool } from '../../clients'
import { logger } from '../../platform'
import { replaceSegments, selectSegments, type Segment } from './archive-store'
import { pickCompaction } from './pick-compaction'
import { noteSuspect } from './repair-store'
import { maxShreddedColumns, type SegmentColumns } from './segment-builder'
import { segmentFault } from './segment-fault'
import { fixedColumns, parquetOptions, writeDurably } from './segment-file'
import { identifier, textLiteral } from './sql-text'

export interface CompactionOptions {
  pool: Pool
  duck: Duck
  dir: string
  fence: number
}

/** Merges one group of neighbours of a type; false when nothing was to be merged, or the lease is another's. */
export async function compactType(options: CompactionOptions, type: string): Promise<boolean> {
  const segments = await selectSegments(options.pool, { type })
  const range = pickCompaction(segments)
  if (!range) return false
  return mergeSegments(options, segments.slice(...range))
}

async function mergeSegments(
  { pool, duck, dir, fence }: CompactionOptions,
  segments: readonly Segment[],
): Promise<boolean> {
  const [first] = segments
  const last = segments.at(-1)
  if (!first || !last) return false
  // What is damaged must not get a checksum that says it is sound.
  for (const segment of segments) {
    if ((await segmentFault(dir, segment)) === null) continue
    await noteSuspect(pool, segment.id)
    return false
  }
  const columns = mergedColumns(segments)
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0)
  const sources = segments.map((segment) => textLiteral(path.join(dir, segment.file))).join(', ')
  const names = [...fixedColumns.map(([name]) => name), ...stored(columns)].map(identifier).join(', ')
  const file = path.join(first.type, `${first.seqFrom}-${last.seqTo}-${fence}-merged.parquet`)
  const written = await writeDurably(dir, file, (target) =>
    duck.run(
      `COPY (SELECT ${names} FROM read_parquet([${sources}], union_by_name = true) ORDER BY "time", seq, idx)
         TO ${textLiteral(target)} (${parquetOptions})`,
    ),
  )
  const [found] = await duck.rows<{ n: number }>(
    `SELECT count(*) AS n FROM read_parquet(${textLiteral(path.join(dir, file))})`,
  )
  if (found?.n !== rows) {
    logger('archive').error({ file, rows, found: found?.n }, 'a merge lost rows: it is not used')
    return false
  }
  return replaceSegments(
    pool,
    fence,
    segments.map((segment) => segment.id),
    {
      type: first.type,
      ...written,
      seqFrom: first.seqFrom,
      seqTo: last.seqTo,
      rows,
      minTime: Math.min(...segments.map((segment) => segment.minTime)),
      maxTime: Math.max(...segments.map((segment) => segment.maxTime)),
      columns,
    },
  )
}

function mergedColumns(segments: readonly Segment[]): SegmentColumns {
  const merged: SegmentColumns = {
    fields: {},
    overflow: segments.some((segment) => segment.columns.overflow),
  }
  for (const segment of segments) {
    for (const [name, type] of Object.entries(segment.columns.fields)) {
      if (name in merged.fields) continue
      if (Object.keys(merged.fields).length >= maxShreddedColumns) merged.overflow = true
      else merged.fields[name] = type
    }
  }
  return merged
}

/** Of names that differ by case only, DuckDB merges the columns: one is stored. */
const stored = ({ fields }: SegmentColumns): string[] => [
  ...new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name])).values(),
]
