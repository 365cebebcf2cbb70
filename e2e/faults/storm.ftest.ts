import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact, openCampaign, type Campaign } from './campaign'
import { recount, windowMs } from './ledger'
import { inWords, killable, planStorm, type PlannedFault } from './nemesis'
import { report, seedOf } from './report'
import { baseMs } from './start-producer'
import { becomesHealthy, storm } from './storm'
import { watchReads } from './watch-reads'

const seed = seedOf()
const seconds = Number(process.env.SECONDS ?? 180)
/** Three minutes of a fault every three seconds, some of them of everything at once; then twenty kills at once. */
const planned: PlannedFault[] = [
  ...planStorm({ seed, rounds: Math.ceil(seconds / 18), everyMs: 3_000, stops: 0.15, bursts: 0.04 }),
  { afterMs: 5_000, fault: { kind: 'kill', parts: Array.from({ length: 20 }, (_, i) => killable[i % 6]!) } },
  // While those who read the log restore what they had, the stores go again: row 28.
  ...(Array.from({ length: 6 }, (_, i) => [
    { afterMs: 2_500, fault: { kind: 'kill', parts: ['speed', 'archive'] } },
    { afterMs: 400, fault: { kind: 'kill', parts: [i % 2 === 0 ? 'postgres' : 'nats-server'] } },
  ]).flat() as PlannedFault[]),
]

describe('a storm of restarts', () => {
  let campaign: Campaign

  beforeAll(async () => {
    console.log(`SEED=${seed}: ${inWords(planned)}`)
    campaign = await openCampaign({ seed, eventsPerSecond: Number(process.env.RATE ?? 1_000) })
  })
  afterAll(async () => {
    await campaign[Symbol.asyncDispose]()
  })

  it('[law 7] leaves every place exact, and no reader saw a figure go back', async () => {
    await campaign.flows()
    const reads = watchReads(campaign.product, { from: baseMs - 600_000, to: baseMs + 200 * windowMs })
    const tally = await storm(campaign.product, planned)
    const healthyMs = await becomesHealthy(campaign.product, campaign.producer)
    const { verdict, ledger } = await campaign.verdict()
    const seen = await reads.end(recount(ledger.entries.values()))
    report({
      seed,
      file: 'e2e/faults/storm.ftest.ts',
      tally,
      verdict,
      healthyMs,
      reads: seen.reads,
    })
    expect(verdict).toMatchObject(exact)
    expect(seen.wrong).toEqual([])
  })
})
