import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judge } from '../faults/judge'
import { recount, windowMs, type Ledger } from '../faults/ledger'
import { inWords, planStorm } from '../faults/nemesis'
import { definePipelines, eventType } from '../faults/pipelines'
import { report, seedOf } from '../faults/report'
import { baseMs, startProducer, type Producer } from '../faults/start-producer'
import { becomesHealthy, killsOf, storm } from '../faults/storm'
import { watchReads } from '../faults/watch-reads'
import { productPids } from './processes'
import { startProduct, until, type Product } from './start-product'

const seed = seedOf()
const planned = planStorm({ seed, rounds: 9, everyMs: 1_500 })
let product: Product
let dataDir: string
let producer: Producer
let ledger: Ledger

beforeAll(async () => {
  console.log(`SEED=${seed}: ${inWords(planned)}`)
  dataDir = await mkdtemp(join(tmpdir(), 'parallax-nemesis-'))
  product = await startProduct({ feed: 'none', dataDir, keep: true })
  await definePipelines(product)
  producer = startProducer({ products: [product], dir: dataDir, type: eventType, seed, eventsPerSecond: 400 })
})

afterAll(async () => {
  producer.kill()
  await product.stop()
  await rm(dataDir, { recursive: true, force: true })
})

describe('the product under kill -9', () => {
  it('[law 7] loses no acknowledged event and counts none twice, whatever is killed when', async () => {
    await until('events flow', 60_000, () => Promise.resolve(producer.acked() > 500))
    const reads = watchReads(product, { from: baseMs - 600_000, to: baseMs + 120 * windowMs })
    const tally = await storm(product, planned)
    const healthyMs = await becomesHealthy(product, producer)
    ledger = await producer.end()
    const verdict = await judge(product, ledger)
    const seen = await reads.end(recount(ledger.entries.values()))
    report({
      seed,
      file: 'e2e/product/nemesis.ptest.ts',
      project: 'product',
      tally,
      verdict,
      healthyMs,
      reads: seen.reads,
    })
    expect(verdict).toEqual({ events: verdict.events, lost: 0, double: 0, different: [] })
    expect(seen.wrong).toEqual([])
    expect(verdict.events).toBeGreaterThanOrEqual(ledger.acked.size)
    expect(killsOf(tally)).toBeGreaterThanOrEqual(50)
  }, 600_000)

  it('[law 7] starts again on its data after everything died at once', async () => {
    const pids = [product.process.pid ?? 0, ...(await productPids(product))]
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It was gone before.
      }
    }
    product = await startProduct({ feed: 'none', dataDir, keep: true })
    expect(await judge(product, ledger)).toMatchObject({ lost: 0, double: 0, different: [] })
  })
})
