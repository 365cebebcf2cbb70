import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crashLine, Random } from '../../server/platform'
import { applyPlan } from '../product/apply-plan'
import { until } from '../product/start-product'
import { exact, openCampaign, type Campaign } from './campaign'
import { kept } from './pipelines'
import { report, seedOf } from './report'
import { baseMs } from './start-producer'

const seed = seedOf()
const random = new Random(seed)

/** Where a process is killed, and how many passes it lives at most: rows 1, 4, 5 and 10 of docs/reliability.md. */
const points: Record<string, Record<string, number>> = {
  'the speed worker': {
    'speed.commit.before': 40,
    'speed.commit.inside': 40,
    'speed.commit.after': 40,
    'speed.lease.taken': 10,
    'speed.restore.rebuilding': 3,
  },
  'the archiver': {
    'log.segment.written': 4,
    'log.segment.renamed': 4,
    'log.manifest.inside': 4,
    'log.manifest.after': 4,
    'log.merge.inside': 1,
  },
  'the batch worker': {
    'serving.epoch.rotated': 2,
    'batch.chunk.counted': 2,
    'serving.stage.copied': 2,
    'serving.flip.inside': 2,
    'control.publish.before': 2,
    'control.publish.inside': 2,
    'control.publish.after': 2,
  },
  'the web process': {
    'log.append.acknowledged': 60,
    'control.plan.inside': 1,
    'control.plan.after': 1,
  },
}

describe.each(Object.entries(points))('killed at any of its steps, %s', (who, steps) => {
  let campaign: Campaign
  let crashes = 0

  beforeAll(async () => {
    console.log(`SEED=${seed}`)
    campaign = await openCampaign({ seed })
    await campaign.flows()
  })
  afterAll(async () => {
    await campaign[Symbol.asyncDispose]()
  })

  it.each(Object.entries(steps))('dies at %s and is started again', async (point, most) => {
    const wanted = most > 1 ? 3 : 1
    const before = await crashesAt(campaign.dataDir, point)
    await campaign.restart({ env: { PARALLAX_CRASH_AT: `${point}:${1 + random.below(most)}` } })
    await until(
      `${point} is passed ${wanted} times`,
      180_000,
      async () => {
        if (point.startsWith('control.plan')) await recount(campaign)
        return (await crashesAt(campaign.dataDir, point)) >= before + wanted
      },
      1_000,
    )
    crashes += (await crashesAt(campaign.dataDir, point)) - before
  })

  it(`[law 7] leaves what an undisturbed ${who.replace('the ', '')} would`, async () => {
    await campaign.restart()
    await campaign.flows()
    const { verdict } = await campaign.verdict()
    report({
      seed,
      file: 'e2e/faults/crash-points.ftest.ts',
      tally: { kills: { [part(who)]: crashes } },
      verdict,
    })
    expect(verdict).toMatchObject(exact)
  })
})

const part = (who: string) =>
  (['speed', 'archive', 'batch', 'web'] as const).find((name) => who.includes(name)) ?? 'speed'

/** What only a person's plan passes. */
async function recount({ product }: Campaign): Promise<void> {
  const [from, to] = [baseMs - 600_000, baseMs - 590_000].map((at) => new Date(at).toISOString())
  await applyPlan(product, { kind: 'reconcile', pipeline: kept, from, to }, 'to be killed meanwhile').catch(
    () => undefined,
  )
}

async function crashesAt(dataDir: string, point: string): Promise<number> {
  const dir = join(dataDir, 'logs')
  const logs = await Promise.all((await readdir(dir)).map((name) => readFile(join(dir, name), 'utf8')))
  return logs.join('\n').split(`${crashLine(point)}\n`).length - 1
}
