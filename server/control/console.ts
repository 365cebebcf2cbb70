import path from 'node:path'
import { openNats, openPool, openPrisma } from '../clients'
import type { Nats, Pool, PoolClient, PrismaClient } from '../clients'
import {
  openAppender,
  openDiskGuard,
  openGateway,
  openQuarantine,
  openSchemaRegistry,
  type DiskGuard,
  type Gateway,
  type SchemaRegistry,
} from '../log'
import { AppError, readEnv, systemClock, type Clock, type Env } from '../platform'
import { archiveDirOf } from './archive-dir'
import { audit, type AuditEntry } from './audit'
import { diskFolders } from './disks/folders'
import { openArchiveReader, type ArchiveReader } from './explain/archive-reader'
import {
  openReadMeter,
  openRecorder,
  openSpanWriter,
  openUsage,
  sourceName,
  type ReadMeter,
  type UsageMeter,
} from '../slo'
import { meteredAppender } from './cost/metered-appender'
import { fixPartitions } from './setting-store'

/** What the web process works with: opened once, shared by all requests. */
export interface Console {
  env: Env
  clock: Clock
  pool: Pool
  prisma: PrismaClient
  nats: Nats
  registry: SchemaRegistry
  gateway: Gateway
  /** The disks on this machine that accepted events need. */
  disks: DiskGuard
  archiveDir: string
  /** For people's questions to the archive: DuckDB, opened with the first one. */
  archiveReader: ArchiveReader
  /** Told what the process works on, and for whom; absent in a tool that is no process of the product. */
  usage?: UsageMeter | undefined
  /** Told of reads and refused events; absent as `usage` is. */
  reads?: ReadMeter | undefined
  /** The bootstrap token of the environment; null: none. */
  apiToken: string | null
  /** Puts an entry into the audit trail, in the transaction of what it tells. */
  trail: (client: PoolClient, entry: AuditEntry) => Promise<void>
}

// Next loads server code into several module graphs of one process: only globalThis is shared by them.
const holder = globalThis as { parallaxConsole?: Promise<Console> | undefined }

/** The process's console; when opening it failed, the next call tries again. */
export function getConsole(): Promise<Console> {
  holder.parallaxConsole ??= openConsole(readEnv()).catch((error: unknown) => {
    holder.parallaxConsole = undefined
    throw error
  })
  return holder.parallaxConsole
}

export async function openConsole(env: Env): Promise<Console> {
  const { databaseUrl, natsUrl, natsCreds } = env
  if (databaseUrl === undefined || natsUrl === undefined)
    throw new AppError(
      'unavailable',
      'The console has no database or log: DATABASE_URL and NATS_URL are not set. Start it with `npm start`, which sets both.',
    )
  const pool = openPool(databaseUrl, { name: 'parallax-web', max: 16 })
  const nats = await openNats({
    url: natsUrl,
    name: 'parallax-web',
    ...(natsCreds && { creds: natsCreds }),
  }).catch(async (error: unknown) => {
    await pool.end()
    throw error
  })
  const usage = openUsage({ pool, clock: systemClock, own: 'serving' })
  const recorder = openRecorder({ pool, clock: systemClock, source: sourceName('web') })
  const reads = openReadMeter({ pool, nats, clock: systemClock, recorder })
  const console = await wireConsole({ env, pool, nats, clock: systemClock, usage, reads })
  openSpanWriter({ pool, role: 'web' })
  return console
}

export async function wireConsole(input: {
  env: Env
  pool: Pool
  nats: Nats
  clock: Clock
  usage?: UsageMeter
  reads?: ReadMeter
}): Promise<Console> {
  const { env, pool, nats, clock, usage, reads } = input
  const registry = await openSchemaRegistry({ pool, nats })
  const partitions = await fixPartitions(pool)
  const opened = openAppender(nats, { partitions })
  const appender = usage ? meteredAppender(opened, usage) : opened
  const quarantine = await openQuarantine({ pool, nats, partitions })
  const disks = await openDiskGuard({ folders: diskFolders(env) })
  return {
    env,
    clock,
    pool,
    nats,
    registry,
    prisma: openPrisma(pool),
    gateway: openGateway({
      appender,
      registry,
      clock,
      quarantine,
      disks,
      onRejected: (type) => reads?.rejected(type, 1),
    }),
    disks,
    archiveDir: archiveDirOf(env),
    archiveReader: openArchiveReader({
      tempDir: path.join(env.dataDir, 'explain-spill'),
      onlyIn: [archiveDirOf(env)],
    }),
    usage,
    reads,
    apiToken: env.apiToken ?? null,
    trail: (client, entry) => audit(client, clock, entry),
  }
}
