import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { inTransaction, type Pool, type PoolClient } from '../../clients'
import { AppError, newId } from '../../platform'
import { selectLive } from './adopt-store'
import { insertArchiveId, saveArchiveId, selectArchiveId } from './archive-id-store'

/**
 * What tells the archive's folder from every other: a folder of a machine's own, by a forgotten setting or a mount that
 * is not there, would take a part of the events to where the others do not see them.
 */
const fileName = 'archive-id'

interface Place {
  pool: Pool
  dir: string
}

/** For who writes the archive: the first folder becomes the archive of the database; another is refused. */
export async function claimArchive({ pool, dir }: Place): Promise<void> {
  await mkdir(dir, { recursive: true })
  const found = await readId(dir)
  await inTransaction(pool, async (client) => {
    const made = found ?? newId()
    const isFirst = await insertArchiveId(client, made)
    const wanted = isFirst ? made : await selectArchiveId(client)
    if (found === wanted) return
    if (found !== null) throw refusal(dir, otherId)
    if (!(await mayBe(client, dir, isFirst))) throw refusal(dir, noFile)
    await writeId(dir, wanted ?? made)
  })
}

/** For who only reads it, and may not be allowed to write. */
export async function checkArchive({ pool, dir }: Place): Promise<void> {
  const wanted = await selectArchiveId(pool)
  if (wanted === null) return
  const found = await readId(dir)
  if (found === wanted) return
  if (found !== null) throw refusal(dir, otherId)
  if (!(await mayBe(pool, dir, false))) throw refusal(dir, noFile)
}

/** After a restore, or when the operator says so: this folder is the archive from now on. */
export async function adoptArchive({ pool, dir }: Place): Promise<void> {
  const found = await readId(dir)
  if (found !== null) {
    await saveArchiveId(pool, found)
    return
  }
  await mkdir(dir, { recursive: true })
  const id = (await selectArchiveId(pool)) ?? newId()
  await writeId(dir, id)
  await saveArchiveId(pool, id)
}

/** A folder without the file is of an older release or restored by other means, if a file of the manifest is in it. */
async function mayBe(db: Pool | PoolClient, dir: string, isFirst: boolean): Promise<boolean> {
  const live = await selectLive(db)
  if (live.length === 0) return isFirst
  for (const { file, bytes } of live) {
    const size = await stat(path.join(dir, file)).then(
      (found) => found.size,
      () => null,
    )
    if (size === bytes) return true
  }
  return false
}

async function readId(dir: string): Promise<string | null> {
  try {
    const text = (await readFile(path.join(dir, fileName), 'utf8')).trim()
    return text === '' ? null : text
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw new AppError(
      'unavailable',
      `Reading the archive folder ${dir} failed: ${message}. Mend the folder, or set PARALLAX_ARCHIVE_DIR to the right one.`,
      { cause: error },
    )
  }
}

async function writeId(dir: string, id: string): Promise<void> {
  const target = path.join(dir, fileName)
  const file = await open(`${target}.${process.pid}.tmp`, 'w')
  try {
    await file.writeFile(`${id}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${target}.${process.pid}.tmp`, target)
}

const otherId = 'its archive-id is of another'
const noFile = 'it has no archive-id, and no file of the manifest'

const refusal = (dir: string, why: string) =>
  new AppError(
    'conflict',
    `The folder ${dir} is not the archive of this database: ${why}. Set PARALLAX_ARCHIVE_DIR to the folder that all machines share, and mount it; or make this one the archive by parallax align.`,
    { details: { reason: 'another_archive' } },
  )
