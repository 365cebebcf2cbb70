import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Pool } from '../../clients'
import { logger } from '../../platform'
import { forgetReplaced, selectFiles } from './archive-store'

/** Long enough for any statement that has the file's name already to be done with it. */
export const replacedGraceMs = 3_600_000

/**
 * Removes files that no manifest row names: what a killed archiver had written but not committed. Only for the
 * holder of the lease, before it writes: nobody else's unfinished file can still be committed.
 */
export async function removeOrphans(pool: Pool, dir: string): Promise<number> {
  const known = await selectFiles(pool)
  let removed = 0
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.relative(dir, path.join(entry.parentPath, entry.name))
    if (known.has(file) || !/\.parquet(\.tmp)?$/.test(file)) continue
    await rm(path.join(dir, file), { force: true })
    removed++
  }
  if (removed > 0) logger('archive').info({ removed }, 'removed files that were never committed')
  return removed
}

export async function removeReplaced(pool: Pool, dir: string, graceMs = replacedGraceMs): Promise<void> {
  // The row goes first: should the removal fail, the file is an orphan and goes at the next start.
  for (const file of await forgetReplaced(pool, graceMs)) await rm(path.join(dir, file), { force: true })
}
