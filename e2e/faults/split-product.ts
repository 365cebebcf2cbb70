import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNatsServer, startPostgres } from '../../server/clients/embedded'
import { pidOf } from '../product/processes'
import { startProduct, type Product } from '../product/start-product'
import { definePipelines, eventType } from './pipelines'
import { flowing, startProducer, type Producer } from './start-producer'

/** Stores of their own, and the product in two halves that reach them by ways that can be spoilt. */
export interface SplitProduct extends AsyncDisposable {
  /** Web and objectives. */
  front: Product
  /** Speed, archive and batch; `dataDir` holds the archive. */
  back: Product
  databaseUrl: string
  natsUrl: string
  archiveDir: string
  producer: Producer
  /** Waits until events are answered for. */
  flows(more?: number): Promise<void>
}

export interface Ways {
  /** By which the front, and the back, reach a store at `url`. */
  front: (url: string, store: Store) => Promise<string>
  back: (url: string, store: Store) => Promise<string>
  /** What the back is run by: a command and its arguments before Node. */
  wrap?: readonly string[]
}

export type Store = 'postgres' | 'nats'

export async function openSplitProduct(seed: number, ways: Ways): Promise<SplitProduct> {
  const dir = await mkdtemp(join(tmpdir(), 'parallax-split-'))
  await chmod(dir, 0o755)
  const archiveDir = join(dir, 'archive')
  await mkdir(archiveDir)
  const postgres = await startPostgres({ dir: join(dir, 'postgres') })
  const nats = await startNatsServer({ dir: join(dir, 'nats') })
  const stores = async (way: Ways['front']) => ({
    DATABASE_URL: await way(postgres.url, 'postgres'),
    NATS_URL: await way(nats.url, 'nats'),
    PARALLAX_NATS_SYNC: 'always',
    PARALLAX_ARCHIVE_DIR: archiveDir,
    PARALLAX_EVENTS_PER_S: '1000000',
    PARALLAX_REQUESTS_PER_S: '100000',
  })
  const half = async (name: string, way: Ways['front'], roles: string) => {
    const dataDir = join(dir, name)
    await mkdir(dataDir)
    return startProduct({
      feed: 'none',
      dataDir,
      keep: true,
      args: ['--roles', roles],
      env: await stores(way),
      ...(name === 'back' ? { ready: workersRun, wrap: ways.wrap ?? [] } : {}),
    })
  }
  const front = await half('front', ways.front, 'web,slo')
  const back = await half('back', ways.back, 'speed,archive,batch')
  await definePipelines(front)
  const producer = startProducer({ products: [front], dir, type: eventType, seed, eventsPerSecond: 300 })
  return {
    front,
    back,
    databaseUrl: postgres.url,
    natsUrl: nats.url,
    archiveDir,
    producer,
    flows: (more = 300) => flowing(producer, more),
    async [Symbol.asyncDispose]() {
      producer.kill()
      await Promise.all([front.stop(), back.stop()])
      await nats.stop()
      await postgres.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function workersRun(product: Product): Promise<boolean> {
  const pids = await Promise.all(
    (['speed', 'archive', 'batch'] as const).map((part) => pidOf(product, part).catch(() => null)),
  )
  return pids.every((pid) => pid !== null)
}
