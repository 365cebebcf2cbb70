import { describe, expect, it } from 'vitest'
import { openCampaign } from './campaign'
import { buildBroken } from './broken-build'
import { watchFlips } from './flips'
import { isExact, type Verdict } from './judge'
import { kill, stopFor } from './nemesis'
import { seedOf } from './report'

const seed = seedOf()
/** What is lost never comes: it is not waited for as long. */
const patienceMs = 60_000

describe('a build with a defect does not pass', () => {
  it('a position that is ahead of its state loses events when the worker is killed', async () => {
    const verdict = await disturbed('position ahead of state', async (campaign) => {
      for (let i = 0; i < 5; i++) {
        await kill(campaign.product, 'speed')
        await campaign.flows(600)
      }
    })
    expect(isExact(verdict)).toBe(false)
    expect(verdict.lost).toBeGreaterThan(0)
  })

  it('a writer that nothing fences spoils what its successor counts', async () => {
    const verdict = await disturbed(
      'no fence',
      async (campaign) => {
        for (let i = 0; i < 4; i++) {
          await stopFor(campaign.product, 'speed', 20_000)
          await campaign.flows(600)
        }
      },
      ['--roles', 'web,speed:2,archive,batch,slo'],
    )
    expect(isExact(verdict)).toBe(false)
  })

  it('a publication in two steps shows a reader what was never published', async () => {
    const program = await buildBroken('publication in two steps')
    const { mixed } = await watchFlips(program, 1)
    expect(mixed.length).toBeGreaterThan(0)
  })
})

type Campaign = Awaited<ReturnType<typeof openCampaign>>

async function disturbed(
  defect: Parameters<typeof buildBroken>[0],
  disturb: (campaign: Campaign) => Promise<void>,
  args: readonly string[] = [],
): Promise<Verdict> {
  const program = await buildBroken(defect)
  await using campaign = await openCampaign({ seed, program, args })
  await campaign.flows()
  await disturb(campaign)
  const { verdict } = await campaign.verdict(patienceMs)
  console.log(`${defect}: ${JSON.stringify(verdict)}`)
  return verdict
}
