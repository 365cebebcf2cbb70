import { access, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Pool } from '../../clients'
import { logger } from '../../platform'
import { isMadeAgain, segmentName } from './choose-adoption'
import { archivedSeq, forgetReplaced, selectFiles } from './archive-store'

/** Long enough for any statement that has the file's name already to be done with it. */
export const replacedGraceMs = 3_600_000

/**
 * Removes files that no manifest row names: what an archiver of an earlier fence had written but not committed, and
 * no longer can. Files of this fence and of later ones stay: who stands still in here and wakes beside a successor
 * would take that one's for orphans, having read the manifest before. A file whose events cannot be made again,
 * because manifest, folder and log are of different times, stays too.
 */
export async function removeOrphans(
  pool: Pool,
  dir: string,
  { fence, log }: { fence: number; log: { firstSeq: number; lastSeq: number } },
): Promise<number> {
  const [known, position] = await Promise.all([selectFiles(pool), archivedSeq(pool)])
  const hasAllFiles = await areAllPresent(dir, known)
  let removed = 0
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.relative(dir, path.join(entry.parentPath, entry.name))
    if (known.has(file) || !(fenceOf(entry.name) < fence)) continue
    const name = segmentName(file)
    const isListedElsewhere = name !== null && name.seqTo <= position && hasAllFiles
    if (name !== null && !isListedElsewhere && !isMadeAgain(name, position, log)) {
      logger('archive').warn(
        { file },
        'kept a file that the manifest does not list: its events are nowhere else',
      )
      continue
    }
    await rm(path.join(dir, file), { force: true })
    removed++
  }
  if (removed > 0) logger('archive').info({ removed }, 'removed files that were never committed')
  return removed
}

/** NaN: not a segment. */
const fenceOf = (name: string): number =>
  Number(/^\d+-\d+-(\d+)(?:-[a-z]+)?\.parquet(?:\.tmp)?$/.exec(name)?.[1] ?? NaN)

async function areAllPresent(dir: string, files: ReadonlySet<string>): Promise<boolean> {
  for (const file of files) {
    const isThere = await access(path.join(dir, file)).then(
      () => true,
      () => false,
    )
    if (!isThere) return false
  }
  return true
}

export async function removeReplaced(pool: Pool, dir: string, graceMs = replacedGraceMs): Promise<void> {
  // The row goes first: should the removal fail, the file is an orphan and goes at the next start.
  for (const file of await forgetReplaced(pool, graceMs)) await rm(path.join(dir, file), { force: true })
}
