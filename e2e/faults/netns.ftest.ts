import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact } from './campaign'
import { caughtUp } from './caught-up'
import { judge } from './judge'
import { openNetns, whyNoNetns, type Netns } from './netns'
import { report, seedOf } from './report'
import { openSplitProduct, type SplitProduct } from './split-product'
import { openProxy, type Proxy } from './tcp-proxy'

const seed = seedOf()
const missing = whyNoNetns()
if (missing !== null) console.log(`skipped: ${missing}`)

describe.skipIf(missing !== null)('workers in a network of their own', () => {
  let net: Netns
  let split: SplitProduct
  const doors: Proxy[] = []

  beforeAll(async () => {
    net = openNetns()
    split = await openSplitProduct(seed, {
      front: (url) => Promise.resolve(url),
      // The stores listen on loopback alone: a door of ours stands at the cable.
      back: async (url) => {
        const door = await openProxy(url, seed, net.host)
        doors.push(door)
        return door.url
      },
      wrap: net.wrap,
    })
    await split.flows()
    await caughtUp(urls())
  })
  afterAll(async () => {
    await split[Symbol.asyncDispose]()
    for (const door of doors) await door[Symbol.asyncDispose]()
    await net[Symbol.asyncDispose]()
  })

  const urls = () => ({ databaseUrl: split.databaseUrl, natsUrl: split.natsUrl })
  const minutes = Number(process.env.LONG_CUT_S ?? 300)

  it.each([
    ['pulled for 1 s', 1, 'plug'],
    ['pulled for 30 s', 30, 'plug'],
    [`pulled for ${minutes} s`, minutes, 'plug'],
    ['one-way for 30 s', 30, 'deafen'],
  ] as const)('a cable %s costs nothing but time', async (title, seconds, how) => {
    if (how === 'plug') net.plug(false)
    else net.deafen(true)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
    if (how === 'plug') net.plug(true)
    else net.deafen(false)
    const took = await caughtUp(urls(), 180_000)
    console.log(`cable ${title}: everything read ${took} ms after it was back`)
  })

  it('[law 7] leaves every place exact', async () => {
    const ledger = await split.producer.end()
    const verdict = await judge(split.front, ledger, { stores: urls(), archiveDir: split.archiveDir })
    report({
      seed,
      file: 'e2e/faults/netns.ftest.ts',
      verdict,
    })
    expect(verdict).toMatchObject(exact)
  })
})
