import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../product/start-product'
import { exact, openCampaign, type Campaign } from './campaign'
import { recount } from './ledger'
import { kill } from './nemesis'
import { kept } from './pipelines'
import { report, seedOf } from './report'
import { baseMs } from './start-producer'
import { openViewer, type Viewer } from './viewer'

const seed = seedOf()
/** One sign-in may hold 200 streams. */
const tokens = 3
const viewers = 500
const kills = 3
/** Longer than that /readyz may not be down after a kill: a start, and everybody who comes back at once. */
const downMs = 45_000

describe(`${viewers} live views while the web process is killed`, () => {
  let campaign: Campaign
  const open: Viewer[] = []

  beforeAll(async () => {
    campaign = await openCampaign({ seed, eventsPerSecond: 100 })
    await campaign.flows()
  })
  afterAll(async () => {
    for (const viewer of open) viewer.close()
    await campaign[Symbol.asyncDispose]()
  })

  it('all come back, and the process that serves them is ready again', async () => {
    const secrets = await Promise.all(Array.from({ length: tokens }, (_, i) => token(`viewer-${i}`)))
    const range = { from: baseMs - 600_000, to: baseMs + 3_600_000 }
    for (let i = 0; i < viewers; i++) {
      const secret = secrets[i % tokens] ?? ''
      open.push(
        openViewer({ url: campaign.product.url, token: secret, pipeline: kept, range, seed: seed + i }),
      )
    }
    await all('have a snapshot', ({ connects }) => connects >= 1)
    for (let round = 1; round <= kills; round++) {
      await kill(campaign.product, 'web')
      const since = performance.now()
      const up = await readiness(since)
      await all('are back', ({ connects }) => connects >= round + 1)
      console.log(
        `kill ${round}: ready ${up.firstMs} ms after, all ${viewers} views back after ${Math.round(performance.now() - since)} ms, not ready ${up.downs} of ${up.asked} times since`,
      )
      expect(up.firstMs).toBeLessThan(downMs)
      expect(up.downs).toBeLessThanOrEqual(Math.max(1, up.asked / 10))
      await campaign.flows(100)
    }
  })

  it('[law 6] and have missed nothing', async () => {
    const ledger = await campaign.producer.end()
    const truth = [...recount(ledger.entries.values()).values()].reduce((sum, { n }) => sum + n, 0)
    await all(`show all ${truth} events`, ({ events }) => events === truth)
    const { verdict } = await campaign.verdict()
    report({
      seed,
      file: 'e2e/faults/viewers.ftest.ts',
      project: 'faults',
      tally: { kills: { web: kills }, stops: 0 },
      verdict,
    })
    expect(verdict).toMatchObject(exact)
  })

  const all = async (what: string, holds: (viewer: Viewer) => boolean) => {
    await until(`all views ${what}`, 120_000, () => Promise.resolve(open.every(holds))).catch(
      (error: unknown) => {
        const not = open.filter((viewer) => !holds(viewer))
        const seen = not
          .slice(0, 3)
          .map(({ connects, events, last }) => `${connects} connects, ${events} events, ${last}`)
        throw new Error(`${String(error)}: ${not.length} do not (${seen.join(' | ')})`)
      },
    )
  }

  /** When it was ready first, and how often it was not in the ten seconds after. */
  async function readiness(since: number) {
    const isReady = () =>
      fetch(`${campaign.product.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
        ({ status }) => status === 200,
        () => false,
      )
    await until('web is ready again', downMs, isReady, 100)
    const firstMs = Math.round(performance.now() - since)
    let asked = 0
    let downs = 0
    for (const end = performance.now() + 10_000; performance.now() < end; asked++) {
      if (!(await isReady())) downs++
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    return { firstMs, asked, downs }
  }

  async function token(name: string): Promise<string> {
    const response = await campaign.product.call('/api/trpc/tokens.create', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ json: { name, scopes: ['read'] } }),
    })
    const answer = (await response.json()) as { result?: { data: { json: { secret: string } } } }
    if (answer.result === undefined) throw new Error(`no token: ${JSON.stringify(answer).slice(0, 500)}`)
    return answer.result.data.json.secret
  }
})
