import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProduct, type Product } from '../product/start-product'
import { judge, type Verdict } from './judge'
import type { Ledger } from './ledger'
import { definePipelines, eventType } from './pipelines'
import { flowing, startProducer, type Producer } from './start-producer'

export interface CampaignOptions {
  seed: number
  eventsPerSecond?: number
  /** Of the product that is started first. */
  program?: string
  env?: Readonly<Record<string, string>>
  args?: readonly string[]
}

type Restart = Pick<CampaignOptions, 'program' | 'env' | 'args'>

/** A product on a folder of its own with a producer at it, to do faults to. */
export interface Campaign extends AsyncDisposable {
  readonly product: Product
  readonly dataDir: string
  readonly producer: Producer
  /** Stops the product and starts it on the same folder and port; the producer goes on. */
  restart(options?: Restart): Promise<void>
  /** Waits until events are answered for, `more` of them. */
  flows(more?: number): Promise<void>
  /** Ends the producer and holds everything against its ledger. */
  verdict(within?: number): Promise<{ verdict: Verdict; ledger: Ledger }>
}

export async function openCampaign(options: CampaignOptions): Promise<Campaign> {
  const { seed, eventsPerSecond = 300, ...first } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'parallax-faults-'))
  const start = (more: Restart, port?: number) =>
    startProduct({
      feed: 'none',
      dataDir,
      keep: true,
      ...more,
      env: { ...unlimited, ...more.env },
      ...(port === undefined ? {} : { port }),
    })
  let product = await start(first)
  await definePipelines(product)
  const producer = startProducer({
    products: [product],
    dir: dataDir,
    type: eventType,
    seed,
    eventsPerSecond,
  })
  return {
    get product() {
      return product
    },
    dataDir,
    producer,
    async restart(more = {}) {
      await product.stop()
      product = await start(more, Number(new URL(product.url).port))
    },
    flows: (more = 300) => flowing(producer, more),
    async verdict(within) {
      const ledger = await producer.end()
      return { verdict: await judge(product, ledger, within === undefined ? {} : { within }), ledger }
    },
    async [Symbol.asyncDispose]() {
      producer.kill()
      await product.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** One producer is as fast as it is told to be here. */
const unlimited = { PARALLAX_EVENTS_PER_S: '1000000', PARALLAX_REQUESTS_PER_S: '100000' }

export const exact = { lost: 0, double: 0, different: [] }
