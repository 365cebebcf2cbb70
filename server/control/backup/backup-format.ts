import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { AppError } from '../../platform'

/** Grows when an older release could not read what is written. */
export const backupFormat = 1
export const manifestFile = 'backup.json'

const file = z.object({ file: z.string(), bytes: z.number(), sha256: z.string() })
const table = file.extend({ name: z.string(), columns: z.array(z.string()), rows: z.number() })
/** Messages of a stream, contiguous; from behind to: there were none. */
const kept = file.extend({ fromSeq: z.number(), toSeq: z.number() })

const manifest = z.object({
  format: z.literal(backupFormat),
  at: z.iso.datetime(),
  /** Of the database: a release without one of them cannot restore it. */
  migrations: z.array(z.string()),
  tables: z.array(table),
  sequences: z.record(z.string(), z.number()),
  archive: z.object({ position: z.number(), files: z.array(file) }),
  log: kept.extend({ created: z.string() }),
  quarantine: kept,
})

export type BackupManifest = z.infer<typeof manifest>
export type BackupFile = z.infer<typeof file>
export type KeptMessages = z.infer<typeof kept>

export async function readManifest(dir: string): Promise<BackupManifest> {
  const text = await readFile(path.join(dir, manifestFile), 'utf8').catch((error: unknown) => {
    throw new AppError(
      'bad_request',
      `Reading the backup in ${dir} failed: it has no ${manifestFile}, which is written last. Name the folder that parallax backup wrote; one that was interrupted cannot be restored.`,
      { cause: error },
    )
  })
  const parsed = manifest.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError(
    'bad_request',
    `Reading the backup in ${dir} failed: ${manifestFile} is not one of format ${backupFormat} (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). Restore it with the release that made it.`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Refuses a backup of which a file is gone or not as it was written, before anything is changed by it. */
export async function verifyFiles(dir: string, files: readonly BackupFile[]): Promise<void> {
  for (const { file: name, bytes, sha256 } of files) {
    const size = await stat(path.join(dir, name)).then(
      (found) => found.size,
      () => null,
    )
    if (size !== bytes)
      throw damaged(dir, name, size === null ? 'is missing' : `has ${size} bytes instead of ${bytes}`)
    if ((await sha256Of(path.join(dir, name))) !== sha256)
      throw damaged(dir, name, 'does not match its checksum')
  }
}

export async function sha256Of(name: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(name)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

const damaged = (dir: string, name: string, why: string) =>
  new AppError(
    'bad_request',
    `Restoring ${dir} was refused: ${name} ${why}. Nothing was changed. Restore another backup, or leave the damaged part out with --only.`,
    { details: { file: name } },
  )
