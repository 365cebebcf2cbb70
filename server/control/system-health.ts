import type { Nats, Pool } from '../clients'
import { streamState, type DiskGuard } from '../log'
import type { Clock } from '../platform'
import { selectDiskUses } from './disks/disk-store'
import { judgeDisks } from './disks/judge-disks'
import { countRunning } from './job-store'
import type { DependencyHealth, Durability, SystemHealth, WorkerStatus } from './model'
import { readDurability } from './status'
import { worstOf } from './status-judge'
import { selectArchive, selectFoldedEvents, selectWorkers } from './status-store'

const workersLimit = 200
const rolesNeeded = ['speed', 'archive', 'batch', 'slo'] as const
const answerMs = 2_000
const slowMs = 500
const archiveWarnMessages = 50_000

interface Deps {
  pool: Pool
  nats: Nats
  clock: Clock
  /** Those of this machine; what others have is in the database. */
  disks?: Pick<DiskGuard, 'uses'>
}

const unknownDurability: Durability = {
  log: {
    server: 'unknown',
    sync: 'unknown',
    atRiskSeconds: null,
    says: 'Not known while a dependency is away.',
  },
  store: {
    server: 'unknown',
    sync: 'unknown',
    atRiskSeconds: null,
    says: 'Not known while a dependency is away.',
  },
}

/** Asks each dependency now; never throws: a dependency that is away is the answer. */
export async function systemHealth(deps: Deps): Promise<SystemHealth> {
  const { pool, nats, clock } = deps
  const [postgres, natsServer, log, workers, durability, runningJobs, eventsPerSecond] = await Promise.all([
    probe('postgres', async () => {
      await pool.query('SELECT 1')
      return 'answers'
    }),
    probe('nats', async () => {
      await nats.nc.flush()
      return `nats-server ${nats.nc.info?.version ?? ''} answers`
    }),
    probe('log', async () => {
      const state = await streamState(nats)
      return `${state.messages} messages, up to seq ${state.lastSeq}`
    }),
    selectWorkers(pool, workersLimit).catch((): WorkerStatus[] => []),
    readDurability(deps).catch(() => unknownDurability),
    countRunning(pool).catch(() => 0),
    foldedPerSecond(deps).catch(() => null),
  ])
  const [archive, disk] = await Promise.all([probe('archive', () => archiveLag(deps)), diskHealth(deps)])
  const dependencies = [postgres, natsServer, log, archive, workersHealth(workers), disk]
  return {
    at: clock.now(),
    health: worstOf(dependencies.map(({ health }) => health)),
    dependencies,
    workers,
    durability,
    eventsPerSecond,
    runningJobs,
  }
}

async function probe(name: DependencyHealth['name'], ask: () => Promise<string>): Promise<DependencyHealth> {
  const startedAt = performance.now()
  try {
    const says = await withinTime(ask())
    const latencyMs = performance.now() - startedAt
    return { name, health: latencyMs > slowMs ? 'warn' : 'ok', says, latencyMs }
  } catch (error) {
    return { name, health: 'bad', says: reason(error), latencyMs: null }
  }
}

async function archiveLag({ pool, nats }: Deps): Promise<string> {
  const [archive, log] = await Promise.all([selectArchive(pool), streamState(nats)])
  const lag = Math.max(0, log.lastSeq - (archive.seq ?? 0))
  if (lag > archiveWarnMessages) throw new Error(`${lag} messages behind the log`)
  return `${archive.segments} segments, ${lag} messages behind the log`
}

async function diskHealth({ pool, disks }: Deps): Promise<DependencyHealth> {
  const own = disks?.uses() ?? []
  const others = await withinTime(selectDiskUses(pool)).catch(() => [])
  return { name: 'disk', ...judgeDisks([...own, ...others]), latencyMs: null }
}

function workersHealth(workers: readonly WorkerStatus[]): DependencyHealth {
  const alive = workers.filter((worker) => worker.alive)
  const missing = rolesNeeded.filter((role) => !alive.some((worker) => worker.role === role))
  const says = missing.length > 0 ? `no living worker for ${missing.join(', ')}` : `${alive.length} alive`
  const health = missing.includes('speed') ? 'bad' : missing.length > 0 ? 'warn' : 'ok'
  return { name: 'workers', health, says, latencyMs: null }
}

const lastFolded = new WeakMap<Pool, { at: number; events: number; rate: number | null }>()

/** Rate between this look and the one before, at least a second apart. */
async function foldedPerSecond({ pool, clock }: Deps): Promise<number | null> {
  const now = clock.now()
  const before = lastFolded.get(pool)
  if (before && now - before.at < 1_000) return before.rate
  const events = await selectFoldedEvents(pool)
  const rate = before ? Math.max(0, events - before.events) / ((now - before.at) / 1000) : null
  lastFolded.set(pool, { at: now, events, rate })
  return rate
}

function withinTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`did not answer within ${answerMs / 1000} s`))
    }, answerMs)
  })
  return Promise.race([answer, late]).finally(() => {
    clearTimeout(timer)
  })
}

/** Connection errors name hosts and users; what is shown says only what kind of failure it is. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return error.message.startsWith('did not answer') || error.message.includes('behind the log')
    ? error.message
    : `is not reachable${code}`
}
