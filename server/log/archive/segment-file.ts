import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Duck } from '../../clients'
import { crashPoint, syncFile } from '../../platform'
import type { SegmentBuilder } from './segment-builder'
import { identifier, textLiteral } from './sql-text'

export const parquetOptions = 'FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880'
export const temporarySuffix = '.tmp'

export interface WrittenFile {
  /** Relative to the archive folder. */
  file: string
  bytes: number
  /** sha256, hex. */
  checksum: string
}

/** Columns every segment has, with the SQL that makes them of the staged ones. */
export const fixedColumns: readonly (readonly [name: string, sql: string])[] = [
  ['seq', 'seq::BIGINT'],
  ['idx', 'idx::INTEGER'],
  ['part', 'part::SMALLINT'],
  ['log_time', 'log_time::BIGINT'],
  ['time', '"time"::BIGINT'],
  ['source', 'source'],
  ['id', 'id'],
  ['subject', 'subject'],
  ['attrs', 'attrs'],
  ['data', 'data'],
  ['fp', '(fp_high::UBIGINT << 32) | fp_low::UBIGINT'],
]

/** Writes a segment under its final name, whole and on disk, or not at all. */
export async function writeSegment(
  duck: Duck,
  dir: string,
  file: string,
  builder: SegmentBuilder,
): Promise<WrittenFile> {
  const rows = await stageRows(duck, builder)
  return writeDurably(dir, file, async (target) => {
    await duck.run(`COPY (${rows}) TO ${textLiteral(target)} (${parquetOptions})`)
    await duck.run('DROP TABLE stage')
  })
}

/**
 * Brings rows into the temporary table `stage`; resolves to the query that reads them as a segment has them. Numbers
 * are staged as doubles, which hold every safe integer, and become integers in the query: appending a bigint for
 * each would cost three times it.
 */
export async function stageRows(duck: Duck, builder: SegmentBuilder): Promise<string> {
  const shredded = distinctIgnoringCase(builder)
  const staged: [name: string, type: string, values: readonly unknown[]][] = [
    ['seq', 'DOUBLE', builder.seq],
    ['idx', 'DOUBLE', builder.index],
    ['part', 'DOUBLE', builder.partition],
    ['log_time', 'DOUBLE', builder.logTime],
    ['time', 'DOUBLE', builder.time],
    ['source', 'VARCHAR', builder.source],
    ['id', 'VARCHAR', builder.id],
    ['subject', 'VARCHAR', builder.subject],
    ['attrs', 'VARCHAR', builder.attrs],
    ['data', 'VARCHAR', builder.data],
    ['fp_high', 'DOUBLE', builder.fingerprintHigh],
    ['fp_low', 'DOUBLE', builder.fingerprintLow],
    ...shredded,
  ]
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE stage (${staged.map(([name, type]) => `${identifier(name)} ${type}`).join(', ')})`,
  )
  await duck.appendColumns(
    'stage',
    staged.map(([, , values]) => values),
  )
  const selected = [
    ...fixedColumns.map(([name, sql]) => `${sql} AS ${identifier(name)}`),
    ...shredded.map(([name]) => identifier(name)),
  ]
  return `SELECT ${selected.join(', ')} FROM stage`
}

/** DuckDB's names ignore case: of two fields that differ by case only one is stored, and both are in the manifest. */
function distinctIgnoringCase(builder: SegmentBuilder): [string, string, unknown[]][] {
  const taken = new Set<string>()
  const columns: [string, string, unknown[]][] = []
  for (const [name, { type, values }] of builder.columns) {
    if (taken.has(name.toLowerCase())) continue
    taken.add(name.toLowerCase())
    while (values.length < builder.rows) values.push(null)
    columns.push([name, type, values])
  }
  return columns
}

/** A temporary name, the file synced, the final name, the folder synced: what has the final name is whole. */
export async function writeDurably(
  dir: string,
  file: string,
  write: (target: string) => Promise<void>,
): Promise<WrittenFile> {
  const target = path.join(dir, file)
  const temporary = target + temporarySuffix
  await mkdir(path.dirname(target), { recursive: true })
  await write(temporary)
  crashPoint('log.segment.written')
  await syncFile(temporary)
  const [{ size }, checksum] = await Promise.all([stat(temporary), checksumOf(temporary)])
  await rename(temporary, target)
  crashPoint('log.segment.renamed')
  await syncFile(path.dirname(target))
  // The folder's own entry, when this was its first file.
  await syncFile(dir)
  return { file, bytes: size, checksum }
}

export async function checksumOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
