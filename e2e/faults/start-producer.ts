import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import path from 'node:path'
import { until, type Product } from '../product/start-product'
import { readLedger, type Ledger } from './ledger'

export interface ProducerOptions {
  /** Of a few products that share their stores; asked in turn. */
  products: readonly Pick<Product, 'url' | 'token'>[]
  /** Where its ledger is kept. */
  dir: string
  type: string
  seed: number
  name?: string
  eventsPerSecond?: number
  keys?: number
  baseMs?: number
}

export interface Producer {
  /** Events answered for so far. */
  acked(): number
  /** Ends it and reads its ledger. */
  end(): Promise<Ledger>
  kill(): void
  /** Lets it stand still; what it has sent is answered for meanwhile. */
  pause(): Promise<void>
  resume(): void
}

export const baseMs = Date.UTC(2025, 9, 26, 0, 55)

/** Starts a producer with a ledger of its own, in its own process. */
export function startProducer(options: ProducerOptions): Producer {
  const { products, dir, type, seed, name = 'p', eventsPerSecond = 500, keys = 40 } = options
  const file = path.join(dir, `ledger-${name}-${String(seed)}.ndjson`)
  const work = {
    urls: products.map(({ url }) => url),
    token: products[0]?.token,
    file,
    name: `${name}${String(seed)}`,
    type,
    seed,
    eventsPerSecond,
    keys,
    baseMs: options.baseMs ?? baseMs,
  }
  const program = path.join(import.meta.dirname, 'producer-process.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(work)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  let acked = 0
  createInterface({ input: child.stdout! }).on('line', (line) => {
    acked = Number(line.split(' ')[1])
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve()
    })
  })
  return {
    acked: () => acked,
    async end() {
      child.kill('SIGTERM')
      await ended
      return readLedger([file])
    },
    kill() {
      child.kill('SIGKILL')
    },
    async pause() {
      child.kill('SIGSTOP')
      await new Promise((resolve) => setTimeout(resolve, 1_500))
    },
    resume() {
      child.kill('SIGCONT')
    },
  }
}

/** Waits until so many more events are answered for. */
export async function flowing(producer: Producer, more: number): Promise<void> {
  const before = producer.acked()
  await until('events are answered for', 120_000, () => Promise.resolve(producer.acked() >= before + more))
}
