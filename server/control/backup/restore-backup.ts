import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inTransaction, type Nats, type Pool } from '../../clients'
import { migrate } from '../../clients/migrations'
import { adoptArchive, bringLogTo, hasLog, provisionStreams, quarantineStream, streamState } from '../../log'
import { AppError, projectRoot, type Clock } from '../../platform'
import { audit } from '../audit'
import { bringInStep, type StepReport } from '../continuity/bring-in-step'
import { readManifest, sha256Of, verifyFiles, type BackupManifest } from './backup-format'
import { forgetReplacedSegments } from './backup-store'
import { copyDurably } from './durable-file'
import { readMessages } from './kept-messages'
import { dropEverything, fenceOut, isEmptyDatabase, loadTable, setSequences } from './table-store'

export const backupParts = ['postgres', 'archive', 'log'] as const
export type BackupPart = (typeof backupParts)[number]

interface Deps {
  databaseUrl: string
  pool: Pool
  nats: Nats
  clock: Clock
}

interface Source {
  dir: string
  archiveDir: string
  /** The others stay as they are, and are brought in step with what was restored. */
  parts: readonly BackupPart[]
  /** Drop what the database holds now. */
  replaces: boolean
  say: (line: string) => void
}

export interface Restored {
  at: string
  rows: number
  files: number
  /** What was done to bring the three in step. */
  step: StepReport
}

/**
 * Puts a backup back, in whole or in parts, while nothing of Parallax runs, and brings log, archive and database in
 * step. Every file is verified before anything is changed; interrupted, it is done again from the start.
 */
export async function restoreBackup(deps: Deps, source: Source): Promise<Restored> {
  const { dir, archiveDir, parts, say } = source
  const manifest = await readManifest(dir)
  await verifyFiles(dir, filesOf(manifest, parts))
  say(`backup     of ${manifest.at}, whole`)
  const rows = parts.includes('postgres') ? await restoreDatabase(deps, source, manifest) : 0
  const files = parts.includes('archive') ? await restoreArchive(dir, archiveDir, manifest) : 0
  const { log } = manifest
  const isLogRestored = parts.includes('log')
  const isNewLog = !(await hasLog(deps.nats))
  await provisionStreams(deps.nats, isNewLog && isLogRestored ? { firstSeq: Math.max(1, log.fromSeq) } : {})
  const tail = { fromSeq: log.fromSeq, toSeq: log.toSeq, read: () => readMessages(path.join(dir, log.file)) }
  const step = await bringInStep(deps, {
    archiveDir,
    acceptsNewLog: isNewLog,
    ...(isLogRestored && { tail }),
  })
  await adoptArchive({ pool: deps.pool, dir: archiveDir })
  if (isLogRestored) await restoreQuarantine(deps.nats, dir, manifest)
  await noteRestore(deps, { parts, at: manifest.at, step })
  return { at: manifest.at, rows, files, step }
}

function filesOf({ tables, archive, log, quarantine }: BackupManifest, parts: readonly BackupPart[]) {
  return [
    ...(parts.includes('postgres') ? tables : []),
    ...(parts.includes('archive') ? archive.files : []),
    ...(parts.includes('log') ? [log, quarantine] : []),
  ]
}

async function restoreDatabase(
  { databaseUrl, pool }: Deps,
  { dir, replaces, say }: Source,
  manifest: BackupManifest,
): Promise<number> {
  await inTransaction(pool, async (client) => {
    if (await isEmptyDatabase(client)) return
    if (!replaces) throw notEmpty()
    await dropEverything(client)
  })
  await migrateAsThen(databaseUrl, manifest.migrations)
  const rows = await inTransaction(pool, async (client) => {
    await client.query('SET LOCAL statement_timeout = 0')
    let sum = 0
    for (const table of manifest.tables) {
      const loaded = await loadTable(client, table, path.join(dir, table.file))
      if (loaded !== table.rows)
        throw new Error(
          `the table ${table.name} has ${loaded} rows in the file, ${table.rows} in the manifest`,
        )
      sum += loaded
    }
    await setSequences(client, manifest.sequences)
    await fenceOut(client)
    await forgetReplacedSegments(client)
    return sum
  })
  await migrate(databaseUrl)
  say(`database   ${manifest.tables.length} tables, ${rows} rows`)
  return rows
}

/** Rows are loaded into the tables they came from; what later releases changed is applied to them afterwards. */
async function migrateAsThen(databaseUrl: string, names: readonly string[]): Promise<void> {
  const own = path.join(projectRoot(), 'prisma', 'migrations')
  const known = new Set(await readdir(own))
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length > 0) {
    throw new AppError(
      'bad_request',
      `Restoring was refused: the backup is of a newer release (${unknown.join(', ')} is not known here). Restore it with that release or a newer one.`,
    )
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'parallax-migrations-'))
  try {
    for (const name of names) await cp(path.join(own, name), path.join(folder, name), { recursive: true })
    await migrate(databaseUrl, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A file that is there already and the same stays; a segment's file never changes. */
async function restoreArchive(dir: string, archiveDir: string, { archive }: BackupManifest): Promise<number> {
  let copied = 0
  for (const { file, sha256 } of archive.files) {
    const target = path.join(archiveDir, path.relative('archive', file))
    if ((await sha256Of(target).catch(() => null)) === sha256) continue
    await copyDurably(path.join(dir, file), target)
    copied++
  }
  return copied
}

/** What was kept aside of producers in quarantine is nowhere else. */
async function restoreQuarantine(nats: Nats, dir: string, { quarantine }: BackupManifest): Promise<void> {
  const { lastSeq } = await streamState(nats, quarantineStream)
  if (quarantine.toSeq > lastSeq)
    await bringLogTo(nats, quarantine.toSeq, readMessages(path.join(dir, quarantine.file)), quarantineStream)
}

async function noteRestore(
  { pool, clock }: Deps,
  { parts, at, step }: { parts: readonly BackupPart[]; at: string; step: StepReport },
): Promise<void> {
  await inTransaction(pool, (client) =>
    audit(client, clock, {
      actor: 'system',
      action: 'backup.restore',
      object: parts.join(', '),
      detail: { reason: 'restored from a backup', of: at, lost: step.lost, holes: step.holes },
    }),
  )
}

const notEmpty = () =>
  new AppError(
    'conflict',
    'Restoring the database was refused: it holds tables already. Give --replace to drop them, or leave it as it is with --only archive,log.',
  )
