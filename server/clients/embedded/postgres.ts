import { execFile, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { AppError, logger, sleep } from '../../platform'
import { rememberedPort } from './ports'
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries'
import { commandLine, ended, endProcess, spawnService, tail } from './process'
import { commandAs, serviceUser, type ServiceUser } from './service-user'

const user = 'parallax'
const startTimeoutMs = 120_000
const startAttempts = 10
const stopPatienceMs = 30_000

export interface PostgresOptions {
  /** The cluster's folder. Beside it, with the same name: `.log`, `.port`, `.password`. */
  dir: string
  port?: number
  /** False only where losing everything in a power cut is fine: in tests. */
  durable?: boolean
}

export interface EmbeddedPostgres {
  url: string
  port: number
  pid: number
  /** Resolves when it has ended, for whatever reason. */
  exited: Promise<void>
  stop(): Promise<void>
}

/**
 * Starts a private Postgres, on loopback and with a password. A server that a killed Parallax left running in the
 * folder is stopped first; keeping two living ones apart is the caller's lock.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const dir = path.resolve(options.dir)
  const home = { dir, user: serviceUser(), binaries: postgresBinaries() }
  mkdirSync(path.dirname(dir), { recursive: true })
  await endOrphan(dir)
  if (!existsSync(path.join(dir, 'PG_VERSION'))) await initialise(home)
  const password = readFileSync(`${dir}.password`, 'utf8')
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await rememberedPort(`${dir}.port`))
    const url = `postgresql://${user}:${password}@127.0.0.1:${port}/${user}`
    const child = launch(home, port, options.durable ?? true)
    const exited = ended(child)
    if (await becomesReady(url, child)) {
      const pid = child.pid ?? 0
      return {
        url,
        port,
        pid,
        exited,
        stop: () => endProcess(pid, 'SIGINT', stopPatienceMs).then(() => exited),
      }
    }
    // After a kill -9 the old backends need a moment to notice; a port may have been taken since it was chosen.
    if (attempt === startAttempts) {
      throw new AppError(
        'unavailable',
        `Starting the private Postgres in ${dir} failed: ${tail(`${dir}.log`)}`,
      )
    }
    logger('embedded').warn({ attempt, log: tail(`${dir}.log`) }, 'Postgres did not start; trying again')
    await sleep(300)
  }
}

interface Home {
  dir: string
  user: ServiceUser | null
  binaries: PostgresBinaries
}

/** Initialises beside the folder and renames: a crash half-way leaves nothing that looks like a cluster. */
async function initialise({ dir, user: owner, binaries }: Home): Promise<void> {
  const fresh = `${dir}.new`
  const passwordFile = `${dir}.password`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { mode: 0o700 })
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (owner !== null) for (const file of [fresh, passwordFile]) chownSync(file, owner.uid, owner.gid)
  const flags = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--data-checksums']
  if (process.platform === 'linux') flags.push('--sync-method=syncfs') // one call instead of a thousand files
  const { command, args, ...as } = commandAs(
    owner,
    binaries.initdb,
    ['-D', fresh, '-U', user, `--pwfile=${passwordFile}`, ...flags],
    fresh,
  )
  try {
    await promisify(execFile)(command, args, { ...as, cwd: path.parse(dir).root })
  } catch (error) {
    throw new AppError(
      'unavailable',
      `Creating the private Postgres in ${dir} failed: ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
  renameSync(fresh, dir)
}

function launch({ dir, user: owner, binaries }: Home, port: number, durable: boolean): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    synchronous_commit: 'on',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    max_connections: '200',
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    timezone: 'UTC',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const launched = commandAs(owner, binaries.postgres, ['-D', dir, '-p', String(port), ...flags], dir)
  return spawnService({ ...launched, logFile: `${dir}.log`, cwd: path.parse(dir).root })
}

async function becomesReady(url: string, child: ChildProcess): Promise<boolean> {
  const adminUrl = new URL(url)
  adminUrl.pathname = '/postgres'
  const gone = new AbortController()
  void ended(child).then(() => {
    gone.abort()
  })
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline && !gone.signal.aborted) {
    const client = new pg.Client({ connectionString: adminUrl.href, connectionTimeoutMillis: 2_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [user])
      if (rowCount === 0) await client.query(`CREATE DATABASE ${user}`)
      return true
    } catch {
      // Not ready: it starts or recovers.
    } finally {
      await client.end().catch(() => undefined)
    }
    await sleep(25)
  }
  return false
}

async function endOrphan(dir: string): Promise<void> {
  const pidFile = path.join(dir, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  // Postgres removes a stale file itself, unless the pid now belongs to another process of the same user.
  if (pid > 0 && commandLine(pid).includes(dir)) await endProcess(pid, 'SIGINT', stopPatienceMs)
  else rmSync(pidFile, { force: true })
}
