import { mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { inTransaction, type Nats, type Pool, type PoolClient } from '../../clients'
import { eventsStream, quarantineStream, readLogIdentity, readRaw, streamState } from '../../log'
import { AppError, type Clock } from '../../platform'
import {
  backupFormat,
  manifestFile,
  sha256Of,
  type BackupFile,
  type BackupManifest,
  type KeptMessages,
} from './backup-format'
import { selectListedFiles, selectOldestPosition } from './backup-store'
import { createDurably, linkOrCopy } from './durable-file'
import { writeMessages } from './kept-messages'
import { selectMigrations, selectSequences, selectTables, writeTable } from './table-store'

interface Deps {
  pool: Pool
  nats: Nats
  clock: Clock
}

interface Target {
  dir: string
  archiveDir: string
  /** Progress. */
  say: (line: string) => void
}

/**
 * Writes everything that a restore needs into a new folder, beside what runs: the database in one snapshot, the files
 * its manifest lists, and of the log what some reader of that snapshot had not read. Older messages are in the archive.
 */
export async function makeBackup(deps: Deps, { dir, archiveDir, say }: Target): Promise<BackupManifest> {
  await requireEmpty(dir)
  const at = new Date(deps.clock.now()).toISOString()
  const database = await inTransaction(
    deps.pool,
    async (client) => {
      await client.query('SET LOCAL statement_timeout = 0')
      await client.query('SET LOCAL idle_in_transaction_session_timeout = 0')
      await client.query('SET TRANSACTION READ ONLY')
      // First the files: one that a merge has replaced stays for an hour only.
      const archive = await keepArchive(client, { dir, archiveDir })
      say(`archive    ${archive.files.length} files, up to message ${archive.position}`)
      const tables = await keepTables(client, dir)
      say(`database   ${tables.length} tables, ${tables.reduce((sum, { rows }) => sum + rows, 0)} rows`)
      return {
        archive,
        tables,
        migrations: await selectMigrations(client),
        sequences: await selectSequences(client),
        oldest: await selectOldestPosition(client),
      }
    },
    'REPEATABLE READ',
  )
  const { oldest, ...rest } = database
  const { created } = await readLogIdentity(deps.nats)
  const log = { created, ...(await keepStream(deps.nats, { stream: eventsStream, afterSeq: oldest, dir })) }
  const quarantine = await keepStream(deps.nats, { stream: quarantineStream, afterSeq: 0, dir })
  say(`log        messages ${log.fromSeq} to ${log.toSeq}`)
  const manifest: BackupManifest = { format: backupFormat, at, ...rest, log, quarantine }
  // Last: a folder without it is no backup.
  await createDurably(path.join(dir, manifestFile), async (target) => {
    await new Promise((resolve) => target.end(JSON.stringify(manifest, null, 2), () => resolve(null)))
  })
  return manifest
}

async function requireEmpty(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const entries = await readdir(dir)
  if (entries.length === 0) return
  throw new AppError(
    'conflict',
    `Writing the backup to ${dir} was refused: the folder is not empty. Name a new one.`,
  )
}

async function keepTables(client: PoolClient, dir: string): Promise<BackupManifest['tables']> {
  const tables: BackupManifest['tables'] = []
  for (const shape of await selectTables(client)) {
    const file = path.join('tables', `${shape.name}.copy.gz`)
    const rows = await writeTable(client, shape, path.join(dir, file))
    tables.push({ ...shape, rows, ...(await described(dir, file)) })
  }
  return tables
}

async function keepArchive(
  client: PoolClient,
  { dir, archiveDir }: Pick<Target, 'dir' | 'archiveDir'>,
): Promise<BackupManifest['archive']> {
  const { position, files } = await selectListedFiles(client)
  for (const { file } of files) {
    await linkOrCopy(path.join(archiveDir, file), path.join(dir, 'archive', file)).catch((error: unknown) => {
      throw new AppError(
        'unavailable',
        `Backing up the archive failed: ${file} cannot be read (${error instanceof Error ? error.message : ''}). A damaged segment is made again from the log by the archiver; then try again.`,
        { cause: error },
      )
    })
  }
  return {
    position,
    files: files.map(({ file, bytes, sha256 }) => ({ file: path.join('archive', file), bytes, sha256 })),
  }
}

async function keepStream(
  nats: Nats,
  { stream, afterSeq, dir }: { stream: string; afterSeq: number; dir: string },
): Promise<KeptMessages> {
  const { firstSeq, lastSeq } = await streamState(nats, stream)
  const fromSeq = Math.max(afterSeq + 1, firstSeq)
  const file = `${stream.toLowerCase()}.jsonl.gz`
  await writeMessages(readRaw(nats, stream, { afterSeq: fromSeq - 1, toSeq: lastSeq }), path.join(dir, file))
  return { fromSeq, toSeq: lastSeq, ...(await described(dir, file)) }
}

async function described(dir: string, file: string): Promise<BackupFile> {
  const [{ size }, sha256] = await Promise.all([stat(path.join(dir, file)), sha256Of(path.join(dir, file))])
  return { file, bytes: size, sha256 }
}
