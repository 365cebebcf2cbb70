import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pidOf } from '../product/processes'
import { exact } from './campaign'
import { caughtUp } from './caught-up'
import { judge } from './judge'
import { report, seedOf } from './report'
import { openSplitProduct, type SplitProduct, type Store } from './split-product'
import { openProxy, type Proxy, type Weather } from './tcp-proxy'

const seed = seedOf()
type Half = 'front' | 'back'
type Link = `${Half}–${Store}`

let split: SplitProduct
const proxies = new Map<Link, Proxy>()

beforeAll(async () => {
  console.log(`SEED=${seed}`)
  const by = (half: Half) => async (url: string, store: Store) => {
    const proxy = await openProxy(url, seed)
    proxies.set(`${half}–${store}`, proxy)
    return proxy.url
  }
  split = await openSplitProduct(seed, { front: by('front'), back: by('back') })
  await flows()
})

afterAll(async () => {
  for (const proxy of proxies.values()) proxy.set({})
  await split[Symbol.asyncDispose]()
  for (const proxy of proxies.values()) await proxy[Symbol.asyncDispose]()
})

describe('a network that is spoilt for a while', () => {
  const faults: [title: string, links: Link[], weather: Weather, forMs: number][] = [
    ['slow, with resets', [...allLinks()], { delayMs: 200, resets: 0.01 }, 40_000],
    ['cut between workers and the log for 1 s', ['back–nats'], { swallow: 'both', refuse: true }, 1_000],
    ['cut between workers and the log for 30 s', ['back–nats'], { swallow: 'both', refuse: true }, 30_000],
    ['cut between workers and the database for 30 s', ['back–postgres'], { swallow: 'both' }, 30_000],
    [
      'cut between the web process and the database for 30 s',
      ['front–postgres'],
      { swallow: 'both' },
      30_000,
    ],
    ['one way only from the log to the workers', ['back–nats'], { swallow: 'down' }, 15_000],
    ['one way only from the database to the workers', ['back–postgres'], { swallow: 'down' }, 15_000],
    ['one way only from the workers to the database', ['back–postgres'], { swallow: 'up' }, 15_000],
    ['half open, everywhere at once', [...allLinks()], { swallow: 'both' }, 2_000],
    ['a database that answers seconds late', ['back–postgres'], { delayMs: 2_500 }, 30_000],
  ]

  it.each(faults)('%s: goes on by itself when it is over', async (title, links, weather, forMs) => {
    for (const link of links) proxies.get(link)?.set(weather)
    await new Promise((resolve) => setTimeout(resolve, forMs))
    const mb = await residentMb()
    for (const link of links) proxies.get(link)?.set({})
    const healed = performance.now()
    await flows()
    await caughtUp(urls())
    console.log(
      `${title}: flows and is read ${Math.round(performance.now() - healed)} ms after, speed ${mb} MB`,
    )
    // What waits is bounded: reading pauses.
    expect(mb).toBeLessThan(700)
  })

  it('[law 7] leaves every place exact', async () => {
    const ledger = await split.producer.end()
    const archiveDir = split.archiveDir
    const verdict = await judge(split.front, ledger, { stores: urls(), archiveDir })
    report({
      seed,
      file: 'e2e/faults/network.ftest.ts',
      verdict,
    })
    expect(verdict).toMatchObject(exact)
  })
})

function* allLinks(): Generator<Link> {
  for (const half of ['front', 'back'] as const)
    for (const store of ['postgres', 'nats'] as const) yield `${half}–${store}`
}

const urls = () => ({ databaseUrl: split.databaseUrl, natsUrl: split.natsUrl })

const flows = () => split.flows()

async function residentMb(): Promise<number> {
  const status = await readFile(`/proc/${await pidOf(split.back, 'speed')}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}
