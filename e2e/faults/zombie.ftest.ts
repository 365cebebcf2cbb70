import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pidOf } from '../product/processes'
import { until } from '../product/start-product'
import { exact, openCampaign, type Campaign } from './campaign'
import { stopFor } from './nemesis'
import { kept } from './pipelines'
import { report, seedOf } from './report'
import { openStores, storesOf } from './stores'

const seed = seedOf()
const asleepMs = 40_000

describe('a worker that is stopped past its lease, and woken beside its successor', () => {
  let campaign: Campaign
  beforeAll(async () => {
    campaign = await openCampaign({
      seed,
      args: ['--roles', 'web,speed:2,archive:2,batch:2,slo'],
    })
    await campaign.flows()
  })
  afterAll(async () => {
    await campaign[Symbol.asyncDispose]()
  })

  it.each(['speed', 'archive', 'batch'] as const)(
    '[law 7] %s: the other takes over, and what the woken one had in hand is refused',
    async (part) => {
      await using stores = await openStores(await storesOf(campaign.product))
      const moved = async () => {
        const { rows } = await stores.pool.query<{ fence: number; seq: number }>(
          part === 'archive'
            ? 'SELECT fence::int, seq::int FROM archive_position'
            : `SELECT max(fence)::int AS fence, min(seq)::int AS seq FROM speed_position p
                 JOIN compute c ON c.id = p.compute_id WHERE c.pipeline = '${kept}'`,
        )
        return rows[0] ?? { fence: 0, seq: 0 }
      }
      const before = await moved()
      const victim = await pidOf(campaign.product, part)
      const asleep = stopFor(campaign.product, part, asleepMs)
      if (part !== 'batch')
        await until(`another ${part} worker goes on`, asleepMs, async () => {
          const now = await moved()
          return now.fence > before.fence && now.seq > before.seq
        })
      await asleep
      await campaign.flows()
      expect(victim).toBeGreaterThan(0)
    },
  )

  it('[law 7] leaves every place exact', async () => {
    const { verdict } = await campaign.verdict()
    report({
      seed,
      file: 'e2e/faults/zombie.ftest.ts',
      tally: { stops: 3 },
      verdict,
    })
    expect(verdict).toMatchObject(exact)
  })
})
