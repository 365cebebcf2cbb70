import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact, openCampaign, type Campaign } from './campaign'
import { kill, killable } from './nemesis'
import { watchRecovery, type Recoveries } from './recovery'
import { report, seedOf } from './report'
import { storesOf } from './stores'
import type { StormTally } from './storm'

const seed = seedOf()
const killsEach = Number(process.env.KILLS ?? 5)
const tally: StormTally = { kills: {}, stops: 0 }

describe('a process that is killed by itself', () => {
  let campaign: Campaign
  let recoveries: Recoveries

  beforeAll(async () => {
    campaign = await openCampaign({ seed })
    const { databaseUrl } = await storesOf(campaign.product)
    recoveries = watchRecovery(campaign.product, databaseUrl, campaign.producer.acked)
    await campaign.flows()
  })
  afterAll(async () => {
    await recoveries.close()
    await campaign[Symbol.asyncDispose]()
  })

  it.each(killable)('%s: does its work again, each time', async (part) => {
    for (let i = 0; i < killsEach; i++) {
      await campaign.flows(100)
      await recoveries.measure(part, () => kill(campaign.product, part))
      tally.kills[part] = i + 1
    }
    const { n, p50Ms, p95Ms, maxMs } = recoveries.figures(part)
    console.log(`recovery of ${part}: ${n} kills, p50 ${p50Ms} ms, p95 ${p95Ms} ms, longest ${maxMs} ms`)
    expect(n).toBe(killsEach)
  })

  it('[law 7] leaves every place exact', async () => {
    const { n, p50Ms, p95Ms, maxMs } = recoveries.figures()
    console.log(`recovery: ${n} kills, p50 ${p50Ms} ms, p95 ${p95Ms} ms, longest ${maxMs} ms`)
    const { verdict } = await campaign.verdict()
    report({ seed, file: 'e2e/faults/recovery.ftest.ts', tally, verdict })
    expect(verdict).toMatchObject(exact)
  })
})
