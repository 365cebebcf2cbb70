import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact, openCampaign, type Campaign } from './campaign'
import { report, seedOf } from './report'
import { openStores, storesOf } from './stores'

const seed = seedOf()
const starvedMs = 60_000

describe('a machine without a free core', () => {
  let campaign: Campaign
  beforeAll(async () => {
    campaign = await openCampaign({ seed })
    await campaign.flows()
  })
  afterAll(async () => {
    await campaign[Symbol.asyncDispose]()
  })

  it('is slower; no lease changes hands over it', async () => {
    await using stores = await openStores(await storesOf(campaign.product))
    const fences = async () => {
      const { rows } = await stores.pool.query(
        `SELECT compute_id, partition, fence::int FROM speed_position
         UNION ALL SELECT 0, 0, fence::int FROM archive_position ORDER BY 1, 2`,
      )
      return rows as unknown[]
    }
    const before = await fences()
    const busy = Array.from({ length: 2 * availableParallelism() }, () =>
      spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
    )
    await new Promise((resolve) => setTimeout(resolve, starvedMs))
    await campaign.flows(50)
    for (const child of busy) child.kill('SIGKILL')
    expect(await fences()).toEqual(before)
  })

  it('[law 7] leaves every place exact', async () => {
    const { verdict } = await campaign.verdict()
    report({
      seed,
      file: 'e2e/faults/starved.ftest.ts',
      verdict,
    })
    expect(verdict).toMatchObject(exact)
  })
})
