import { chmodSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { freePort, type NatsUser } from '../clients/embedded'
import { archiveDirOf } from '../control'
import { AppError, sleep, type Env, type Stop } from '../platform'
import { banner } from './banner'
import { runChild, type ManagedChild } from './child'
import { lockDataDir } from './data-dir-lock'
import { keepStores } from './keep-stores'
import { ensureLocalToken } from './local-token'
import { provision, provisionLog, type StoreEnv } from './provision'
import type { RoleCounts, RoleName } from './roles'
import { openStores, type Stores } from './stores'

/** How long a port may still be held by a console whose supervisor was killed. */
const portPatienceMs = 8_000

export interface SupervisorOptions {
  env: Env
  roles: RoleCounts
  feed: boolean
  say: (line: string) => void
}

export interface Supervisor {
  url: string | null
  stop(): Promise<void>
  /** Ends everything at once; the next start recovers. */
  kill(): void
}

/** Starts stores, prepares them, starts each role and resolves when all are ready. `signal` gives up half-way. */
export async function supervise(options: SupervisorOptions, signal: AbortSignal): Promise<Supervisor> {
  const { roles, say } = options
  prepareDataDir(options.env.dataDir)
  const port = roles.web === undefined ? options.env.port : await choosePort(options.env)
  const url = roles.web === undefined ? null : `http://localhost:${port}`
  const unlock = lockDataDir(options.env.dataDir, url)
  const children: ManagedChild[] = []
  let stores: Stores | undefined
  let stopKeeper: Stop = () => Promise.resolve()
  const stop = async () => {
    await Promise.all([...children.map((child) => child.stop()), stopKeeper()])
    await stores?.stop()
    unlock()
  }
  try {
    say(`data       ${options.env.dataDir}`)
    stores = await openStores(options.env, {
      say,
      onNatsRestart: (natsUrl) => provisionLog({ ...options.env, natsUrl }),
    })
    stores.summary.forEach(say)
    const storeEnv = withStores({ ...options.env, port }, stores)
    const { migrations, admin, pipelines } = await provision(storeEnv, {
      samples: options.feed,
      archiveDir: roles.archive === undefined ? null : archiveDirOf(options.env),
    })
    if (migrations.length > 0) say(`database   migrated: ${migrations.join(', ')}`)
    if (pipelines.length > 0) say(`pipelines  ${pipelines.join(', ')}`)
    stopKeeper = await keepStores(storeEnv)
    children.push(...startChildren(options, storeEnv, stores))
    say(`roles      starting ${children.map(({ label }) => label).join(', ')}`)
    await Promise.race([Promise.all(children.map(({ ready }) => ready)), aborted(signal)])
    banner({ url, admin, adminEmail: options.env.adminEmail, feed: options.feed, say })
    return {
      url,
      stop,
      kill() {
        for (const child of children) child.kill()
        stores?.kill()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function startChildren(
  { env, roles, feed, say }: SupervisorOptions,
  storeEnv: StoreEnv,
  { natsUrls }: Stores,
): ManagedChild[] {
  const logDir = path.join(env.dataDir, 'logs')
  const envOf = (role: RoleName) => ({
    ...environmentOf({ ...storeEnv, natsUrl: natsUrls[natsUserOf[role]] }, roles.web !== undefined),
    ...(rolesWithToken.includes(role) ? {} : { PARALLAX_API_TOKEN: '' }),
  })
  const counts: RoleCounts = { ...roles, ...(feed ? { feed: 1 } : {}) }
  return (Object.keys(counts) as (keyof RoleCounts)[]).flatMap((role) =>
    Array.from({ length: counts[role] ?? 0 }, (_, i) =>
      runChild({ role, label: i === 0 ? role : `${role}-${i + 1}`, env: envOf(role), logDir, say }),
    ),
  )
}

/** The console knows whom to let in by it; the probe goes through the API with it. */
const rolesWithToken: readonly RoleName[] = ['web', 'slo']

const natsUserOf: Record<RoleName, NatsUser> = {
  web: 'gateway',
  feed: 'gateway',
  speed: 'worker',
  archive: 'worker',
  slo: 'worker',
  batch: 'batch',
}

function withStores(env: Env, stores: Stores): StoreEnv {
  return {
    ...env,
    databaseUrl: stores.databaseUrl,
    natsUrl: stores.natsUrls.provisioner,
    apiToken: env.apiToken ?? ensureLocalToken(env.dataDir),
    ...(stores.natsSync === null ? {} : { natsSync: stores.natsSync }),
  }
}

function environmentOf(env: StoreEnv, webRunsHere: boolean): Record<string, string> {
  return {
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    PORT: String(env.port),
    PARALLAX_DATA_DIR: env.dataDir,
    DATABASE_URL: env.databaseUrl,
    NATS_URL: env.natsUrl,
    PARALLAX_API_TOKEN: env.apiToken ?? '',
    // Used once, here, for the first admin.
    PARALLAX_ADMIN_PASSWORD: '',
    PARALLAX_NATS_SYNC: env.natsSync ?? '',
    // Of one process each: several children cannot share them.
    PARALLAX_HEALTH_PORT: '',
    PARALLAX_URL: webRunsHere ? '' : (env.apiUrl ?? ''),
  }
}

/** Private to its owner, but for passing through: as root, Postgres runs as another user. */
function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(path.join(dataDir, 'logs'), { recursive: true, mode: 0o700 })
    mkdirSync(path.join(dataDir, 'archive'), { recursive: true, mode: 0o700 })
    chmodSync(dataDir, 0o711)
  } catch (error) {
    throw new AppError(
      'unavailable',
      `Preparing the data folder ${dataDir} failed: ${(error as Error).message}. Choose another with --data-dir or PARALLAX_DATA_DIR.`,
      { cause: error },
    )
  }
}

async function choosePort({ port, host }: Env): Promise<number> {
  if (port === 0) return freePort()
  const deadline = Date.now() + portPatienceMs
  while (!(await isFree(port, host ?? '127.0.0.1'))) {
    if (Date.now() > deadline) {
      throw new AppError(
        'conflict',
        `Starting failed: port ${port} is in use. Stop what uses it, or use --port.`,
      )
    }
    await sleep(200)
  }
  return port
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve(false)
    })
    server.listen(port, host, () => {
      server.close(() => {
        resolve(true)
      })
    })
  })
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => {
      reject(new AppError('unavailable', 'Stopped before everything was ready.'))
    }
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}
