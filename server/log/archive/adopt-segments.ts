import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { openDuck, type Duck, type Nats, type Pool } from '../../clients'
import { logger } from '../../platform'
import { streamState } from '../stream'
import { commitAdoption, selectLive, type LiveSegment } from './adopt-store'
import { archivedSeq, type NewSegment } from './archive-store'
import { chooseAdoption, segmentName, type ListedSegment, type SegmentName } from './choose-adoption'
import type { SegmentColumns, ShreddedType } from './segment-builder'
import { checksumOf } from './segment-file'
import { textLiteral } from './sql-text'

export interface Adopted {
  /** Files that are listed now. */
  files: string[]
  /** Listed files that are gone, whose events nothing else in the folder holds. */
  missing: string[]
  /** The archive's position before and after. */
  fromSeq: number
  toSeq: number
  unknown: { seqFrom: number; seqTo: number }[]
}

/**
 * Brings the manifest in step with the archive's folder where one of them is of another time, as after a restore.
 * Writes nothing when they agree.
 */
export async function adoptSegments(deps: { pool: Pool; nats: Nats; dir: string }): Promise<Adopted> {
  const { pool, nats, dir } = deps
  const [live, position, log] = await Promise.all([selectLive(pool), archivedSeq(pool), streamState(nats)])
  const listed = await Promise.all(live.map((segment) => withPresence(dir, segment)))
  const missing = listed.filter(({ isPresent }) => !isPresent)
  const known = new Set(listed.filter(({ isPresent }) => isPresent).map(({ file }) => file))
  const names = (await segmentFiles(dir)).filter(
    (name) =>
      !known.has(name.file) &&
      (name.seqTo > position ||
        missing.some(
          ({ type, seqFrom, seqTo }) => type === name.type && seqFrom <= name.seqTo && name.seqFrom <= seqTo,
        )),
  )
  const found = await examine(dir, names)
  const {
    adopt,
    drop,
    missing: lost,
    position: toSeq,
    unknown,
  } = chooseAdoption({ listed, found, position, log })
  const adopted = {
    files: adopt.map(({ file }) => file),
    missing: lost.map(({ file }) => file),
    fromSeq: position,
    toSeq,
    unknown,
  }
  if (adopt.length === 0) return { ...adopted, toSeq: position, unknown: [] }
  const committed = await commitAdoption(pool, {
    adopt,
    drop: drop.map(({ id }) => id),
    fromSeq: position,
    toSeq,
    unknown,
    reason: 'No file of the archive has them, and the log no longer does.',
  })
  if (!committed) throw new Error('the archive moved on while its folder was read')
  logger('archive').warn(adopted, 'took files of the folder into the manifest')
  return adopted
}

async function withPresence(dir: string, segment: LiveSegment): Promise<ListedSegment> {
  const size = await stat(path.join(dir, segment.file)).then(
    (found) => found.size,
    () => null,
  )
  return { ...segment, isPresent: size === segment.bytes }
}

/** The segments of a folder by name, whether the manifest lists them or not. */
export async function segmentFiles(dir: string): Promise<SegmentName[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.flatMap((entry) => {
    const name = entry.isFile()
      ? segmentName(path.relative(dir, path.join(entry.parentPath, entry.name)))
      : null
    return name === null ? [] : [name]
  })
}

/** What the files hold; one that cannot be read whole is left out. */
async function examine(dir: string, names: readonly SegmentName[]): Promise<NewSegment[]> {
  if (names.length === 0) return []
  const duck = await openDuck({ threads: 1, memoryLimit: '512MB' })
  try {
    const segments: NewSegment[] = []
    for (const name of names) {
      const segment = await examineOne(duck, dir, name).catch((error: unknown) => {
        logger('archive').warn({ err: error, file: name.file }, 'a file of the archive cannot be read')
        return null
      })
      if (segment !== null) segments.push(segment)
    }
    return segments
  } finally {
    duck.close()
  }
}

async function examineOne(duck: Duck, dir: string, name: SegmentName): Promise<NewSegment | null> {
  const file = path.join(dir, name.file)
  const relation = `read_parquet(${textLiteral(file)})`
  const [facts] = await duck.rows<{ rows: number; minTime: number; maxTime: number }>(
    `SELECT count(*) AS "rows", min("time") AS "minTime", max("time") AS "maxTime" FROM ${relation}`,
  )
  if (facts === undefined || facts.rows === 0) return null
  const described = await duck.rows<{ column_name: string; column_type: string }>(
    `DESCRIBE SELECT * FROM ${relation}`,
  )
  const fields: SegmentColumns['fields'] = {}
  for (const { column_name: column, column_type: type } of described)
    if (/^[nsb]:/.test(column)) fields[column] = type as ShreddedType
  const [{ size }, checksum] = await Promise.all([stat(file), checksumOf(file)])
  // Which fields did not fit is not in the file: queries read the JSON text, which has them all.
  return { ...name, ...facts, bytes: size, checksum, columns: { fields, overflow: true } }
}
