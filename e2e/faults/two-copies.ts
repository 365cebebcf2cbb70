import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNatsServer, startPostgres } from '../../server/clients/embedded'
import { productPids } from '../product/processes'
import { startProduct, type Product } from '../product/start-product'
import { judge, type Verdict } from './judge'
import type { Ledger } from './ledger'
import { eventType } from './pipelines'
import { startProducer, type Producer } from './start-producer'
import { openStores, type StoreAccess } from './stores'

interface CopyOptions {
  /** Another release: its program and its folder. */
  program?: string
  root?: string
  port?: number
  /** What runs it, with arguments. */
  wrap?: readonly string[]
}

/** Stores and an archive of their own, for whole copies of the product that share them. */
export interface SharedStores extends AsyncDisposable {
  dir: string
  access: StoreAccess
  /** What a process is started with that works on them. */
  env: Readonly<Record<string, string>>
  /** A copy on a data folder of its own; started again by the same name, it is on the same folder. */
  start(name: string, options?: CopyOptions): Promise<Product>
  judge(product: Product, ledger: Ledger): Promise<Verdict>
}

/** `archive`: its folder, below that of the stores. */
export async function openSharedStores({ archive = 'archive' } = {}): Promise<SharedStores> {
  const dir = await mkdtemp(join(tmpdir(), 'parallax-copies-'))
  await chmod(dir, 0o755)
  const archiveDir = join(dir, archive)
  await mkdir(archiveDir, { recursive: true })
  const postgres = await startPostgres({ dir: join(dir, 'postgres') })
  const nats = await startNatsServer({ dir: join(dir, 'nats') })
  const stores = { databaseUrl: postgres.url, natsUrl: nats.url }
  const access = await openStores(stores)
  const env = {
    DATABASE_URL: postgres.url,
    NATS_URL: nats.url,
    PARALLAX_NATS_SYNC: 'always',
    PARALLAX_ARCHIVE_DIR: archiveDir,
    PARALLAX_EVENTS_PER_S: '1000000',
    PARALLAX_REQUESTS_PER_S: '100000',
  }
  const started = new Set<Product>()
  return {
    dir,
    access,
    env,
    async start(name, { root, ...options } = {}) {
      const dataDir = join(dir, name)
      await mkdir(dataDir, { recursive: true })
      const product = await startProduct({
        ...options,
        feed: 'none',
        dataDir,
        keep: true,
        env: { ...env, ...(root === undefined ? {} : { PARALLAX_ROOT: root }) },
      })
      started.add(product)
      return product
    },
    judge: (product, ledger) => judge(product, ledger, { stores, archiveDir }),
    async [Symbol.asyncDispose]() {
      await Promise.all([...started].map((product) => product.stop()))
      await access[Symbol.asyncDispose]()
      await nats.stop()
      await postgres.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/**
 * Runs a copy under a host name of its own: on the same host a worker sees at once which processes are gone, from
 * another it has to wait for the lease. Null where that takes rights that this process has not.
 */
export function underHostName(name: string): string[] | null {
  const wrap = ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', name]
  return spawnSync(wrap[0]!, [...wrap.slice(1), 'true'], { stdio: 'ignore' }).status === 0 ? wrap : null
}

/** One producer at each gateway, which turns to the others when its own does not answer. */
export function startProducers(
  products: readonly Pick<Product, 'url' | 'token'>[],
  { dir, seed }: { dir: string; seed: number },
): Producer[] {
  return products.map((_, i) =>
    startProducer({
      products: [...products.slice(i), ...products.slice(0, i)],
      dir,
      type: eventType,
      seed,
      name: `p${String(i)}-`,
      eventsPerSecond: 150,
    }),
  )
}

/** What all of them know. */
export async function endProducers(producers: readonly Producer[]): Promise<Ledger> {
  const ledgers = await Promise.all(producers.map((producer) => producer.end()))
  return {
    entries: new Map(ledgers.flatMap(({ entries }) => [...entries])),
    acked: new Set(ledgers.flatMap(({ acked }) => [...acked])),
  }
}

/** Every process of a copy at once, the one that starts the others first; to how many there were. */
export async function killWhole(product: Product): Promise<number> {
  const ended = new Promise((resolve) => product.process.once('exit', resolve))
  const pids = [product.process.pid ?? 0, ...(await productPids(product))]
  for (const pid of pids)
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It had ended by itself.
    }
  await ended
  return pids.length
}

/** Who holds what, by their processes: partitions of speed, each of them, and the archive. */
export interface Holdings {
  speed: number[]
  /** Partitions that nobody holds. */
  free: number
  archive: number | null
}

export async function readHoldings({ pool }: StoreAccess): Promise<Holdings> {
  const { rows } = await pool.query<{ kind: 'speed' | 'archive'; pid: number | null }>(
    `SELECT kind, pid FROM (SELECT 'speed' AS kind, owner FROM speed_position
                            UNION ALL SELECT 'archive', owner FROM archive_position) held
       LEFT JOIN worker ON worker.id = held.owner`,
  )
  const speed = rows.filter(({ kind }) => kind === 'speed')
  return {
    speed: speed.flatMap(({ pid }) => pid ?? []),
    free: speed.filter(({ pid }) => pid === null).length,
    archive: rows.find(({ kind }) => kind === 'archive')?.pid ?? null,
  }
}

/** How many partitions of speed each copy holds; null while one is free or held by none of them, or the archive is. */
export async function sharesOf(access: StoreAccess, copies: readonly Product[]): Promise<number[] | null> {
  const { speed, free, archive } = await readHoldings(access)
  const pids = await Promise.all(copies.map(async (copy) => new Set(await productPids(copy))))
  const shares = pids.map((own) => speed.filter((pid) => own.has(pid)).length)
  const isWhole = free === 0 && shares.reduce((sum, share) => sum + share, 0) === speed.length
  return isWhole && pids.some((own) => archive !== null && own.has(archive)) ? shares : null
}
