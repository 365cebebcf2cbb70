import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { newId } from '../platform'
import {
  commandLine,
  endProcess,
  isAlive,
  startNatsServer,
  startPostgres,
  type EmbeddedNats,
  type EmbeddedPostgres,
} from './embedded'
import { migrate } from './migrations'
import { openNats, type Nats } from './nats'
import { openPool, type Pool } from './pool'

const prefix = 'parallax-test-'
const sharedUrl = 'PARALLAX_TEST_POSTGRES'
const template = 'parallax_template'

export interface TestServices extends AsyncDisposable {
  databaseUrl: string
  natsUrl: string
  pool: Pool
  nats: Nats
  /** For fault tests: `process.kill(natsServer.pid, 'SIGKILL')`, then `startNatsServer({ dir, port })` again. */
  natsServer: EmbeddedNats
  natsDir: string
  /** A temporary folder, removed by `stop`. */
  dataDir: string
  stop(): Promise<void>
}

/**
 * A migrated database of its own on the Postgres shared by the run, and a nats-server of its own. In an itest:
 *
 *     const services = await startTestServices()      // beforeAll; about 100 ms
 *     afterAll(() => services.stop())
 *
 * or `await using services = await startTestServices()` inside one test. Outside vitest (a benchmark) it starts a
 * Postgres for this call alone. `durable` makes both wait for the disk.
 */
export async function startTestServices({ durable = false } = {}): Promise<TestServices> {
  const dataDir = temporaryDir()
  const shared = durable ? undefined : process.env[sharedUrl]
  const own = shared === undefined ? await startTemplatePostgres(dataDir, durable) : undefined
  const adminUrl = shared ?? own?.url ?? ''
  const databaseUrl = await cloneDatabase(adminUrl)
  const natsDir = path.join(dataDir, 'nats')
  const natsServer = await startNatsServer({ dir: natsDir, durable })
  const pool = openPool(databaseUrl, { name: 'test' })
  const nats = await openNats({ url: natsServer.url, name: 'test' })
  const stop = async () => {
    await nats.nc.close()
    await pool.end()
    await natsServer.stop()
    if (own === undefined)
      await execute(adminUrl, `DROP DATABASE IF EXISTS "${databaseName(databaseUrl)}" WITH (FORCE)`)
    else await own.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return {
    databaseUrl,
    natsUrl: natsServer.url,
    pool,
    nats,
    natsServer,
    natsDir,
    dataDir,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** The global setup of the integration tests: one Postgres for the run. Resolves to its teardown. */
export async function startSharedPostgres(): Promise<() => Promise<void>> {
  await sweep()
  const dataDir = temporaryDir()
  const postgres = await startTemplatePostgres(dataDir, false)
  process.env[sharedUrl] = postgres.url
  return async () => {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function startTemplatePostgres(dataDir: string, durable: boolean): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ dir: path.join(dataDir, 'postgres'), durable })
  await execute(postgres.url, `CREATE DATABASE ${template}`)
  await migrate(withDatabase(postgres.url, template))
  return postgres
}

async function cloneDatabase(adminUrl: string): Promise<string> {
  const name = `test_${newId().replaceAll('-', '')}`
  await execute(adminUrl, `CREATE DATABASE "${name}" TEMPLATE ${template}`)
  return withDatabase(adminUrl, name)
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

const databaseName = (url: string) => new URL(url).pathname.slice(1)

function temporaryDir(): string {
  const dir = mkdtempSync(path.join(tmpdir(), `${prefix}${process.pid}-`))
  chmodSync(dir, 0o755) // as root, Postgres runs as another user
  return dir
}

/** Ends and removes what runs that were killed left in the temporary folder. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const owner = Number(name.slice(prefix.length).split('-')[0])
    if (isAlive(owner)) continue
    const dir = path.join(tmpdir(), name)
    for (const file of ['nats.pid', 'postgres/postmaster.pid']) await endService(dir, path.join(dir, file))
    rmSync(dir, { recursive: true, force: true })
  }
}

async function endService(dir: string, pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  if (pid > 0 && commandLine(pid).includes(dir)) await endProcess(pid, 'SIGINT', 5_000)
}
