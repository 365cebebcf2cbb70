import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, symlinkSync, writeSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact, openCampaign, type Campaign } from './campaign'
import { openLoopDisk, whyNoLoopDisk, type LoopDisk } from './loop-disk'
import { report, seedOf } from './report'
import { becomesHealthy } from './storm'

const seed = seedOf()
const missing = whyNoLoopDisk()
if (missing !== null) console.log(`skipped: ${missing}`)

/** Each store of the product has a file system of its own, small enough to be filled to its last byte. */
const stores = [
  ['archive', 192],
  ['nats', 384],
  ['postgres', 768],
] as const
const fullMs = 20_000

describe.skipIf(missing !== null)('a file system without a byte left', () => {
  let campaign: Campaign
  const disks = new Map<string, LoopDisk>()

  beforeAll(async () => {
    campaign = await openCampaign({ seed })
    await campaign.product.stop()
    for (const [store, megabytes] of stores) moveOnto(openLoopDisk(megabytes), store)
    await campaign.restart()
    await campaign.flows()
  })
  afterAll(async () => {
    await campaign[Symbol.asyncDispose]()
    for (const disk of disks.values()) await disk[Symbol.asyncDispose]()
  })

  function moveOnto(disk: LoopDisk, store: string): void {
    disks.set(store, disk)
    const [from, to] = [path.join(campaign.dataDir, store), path.join(disk.dir, store)]
    execFileSync('cp', ['-a', from, to])
    rmSync(from, { recursive: true })
    symlinkSync(to, from)
  }

  it.each(stores)(
    '%s: events are refused with the reason, and taken again when there is room',
    async (store) => {
      const disk = disks.get(store)
      if (disk === undefined) throw new Error(`there is no disk for ${store}`)
      const filler = path.join(disk.dir, 'filler')
      const refusals = await whileFull(filler, disk.dir)
      const took = await becomesHealthy(campaign.product, campaign.producer)
      console.log(
        `full disk of ${store}: answers ${[...refusals].map(([status, n]) => `${status} × ${n}`).join(', ')}; healthy ${took} ms after it had room`,
      )
      expect(
        [...refusals.keys()].every((status) => [202, 429, 503, 507].includes(Number(status.split(' ')[0]))),
      ).toBe(true)
      expect([...refusals.keys()].some((status) => /^50[37].*disk of the/.test(status))).toBe(true)
    },
  )

  /** Asks as a producer does, of another type, while the disk is full; to how often it was answered how. */
  async function whileFull(filler: string, dir: string): Promise<Map<string, number>> {
    const answers = new Map<string, number>()
    fill(filler, dir)
    const until = performance.now() + fullMs
    try {
      for (let n = 0; performance.now() < until; n++) {
        // What is freed meanwhile is taken away again.
        fill(filler, dir)
        const answer = await ask(n)
        answers.set(answer, (answers.get(answer) ?? 0) + 1)
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    } finally {
      rmSync(filler, { force: true })
    }
    return answers
  }

  async function ask(n: number): Promise<string> {
    const response = await campaign.product
      .call('/api/v1/events', {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({
          specversion: '1.0',
          id: String(n),
          source: '/full-disk',
          type: 'fault.beside',
          time: new Date().toISOString(),
          data: {},
        }),
        signal: AbortSignal.timeout(20_000),
      })
      .catch(() => null)
    if (response === null) return '503 no answer'
    const text = await response.text()
    const detail = /the disk of the \w+ has/.exec(text)?.[0] ?? /"code":"[a-z_]+"/.exec(text)?.[0] ?? ''
    return `${response.status} ${detail}`.trim()
  }

  it('[law 7] leaves every place exact', async () => {
    const { verdict } = await campaign.verdict()
    report({
      seed,
      file: 'e2e/faults/full-disk.ftest.ts',
      project: 'faults',
      tally: { kills: {}, stops: 0 },
      verdict,
    })
    expect(verdict).toMatchObject(exact)
  })
})

const chunk = Buffer.alloc(1024 ** 2, 1)

/** To the last block; what was reserved for root is taken as well. */
function fill(file: string, dir: string): void {
  if (statfsSync(dir).bavail < 2) return
  const fd = openSync(file, 'a')
  try {
    for (let bytes = chunk.length; bytes >= 512;) {
      try {
        writeSync(fd, chunk, 0, bytes)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        bytes = Math.floor(bytes / 2)
      }
    }
  } finally {
    closeSync(fd)
  }
}
