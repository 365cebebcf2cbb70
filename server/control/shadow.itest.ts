import { stringify } from 'yaml'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { definitionHistory, getPipeline } from './pipelines'
import { pipelineStatus } from './status'
import { addSales, sale, salesDefinition, startWorld, type World } from './testing-layers'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const pipeline = 'sales'
const change = (options: object) =>
  ({ kind: 'definition', pipeline, options }) as Parameters<World['plan']>[0]
const status = () => pipelineStatus(world.console, pipeline)
const wider = salesDefinition(pipeline, { window: { size: '20s' }, filter: 'data.amount > 1' })

async function send(count: number): Promise<{ all: number; wide: number }> {
  const start = Math.floor(Date.now() / 60_000) * 60_000 - 120_000
  const events = Array.from({ length: count }, (_, i) =>
    sale('till-1', i, start + (i % 6) * 10_000, (i % 4) + 1),
  )
  for (let from = 0; from < count; from += 50) await world.post(events.slice(from, from + 50))
  const total = (least: number) =>
    events.reduce((sum, { data }) => sum + (data.amount > least ? data.amount : 0), 0)
  return { all: total(0), wide: total(1) }
}

describe('a shadow', () => {
  it('is computed by both layers while nobody is served from it, and serves exact values once promoted', async () => {
    await addSales(world, pipeline, { lateness: { outOfOrder: '1s', allowed: '2s', beyond: 'include' } })
    const shadow = {
      ...wider,
      spec: { ...wider.spec, lateness: { outOfOrder: '1s', allowed: '2s', beyond: 'include' } },
    }
    await world.startSpeed()
    const { all, wide } = await send(400)
    const total = async () => (await world.served(pipeline)).total
    await expect.poll(total, { timeout: 20_000 }).toBe(all)
    const planned = await world.plan(change({ shadow: stringify(shadow) }))
    expect(planned.items.map(({ label, before, after }) => [label, before, after])).toEqual(
      expect.arrayContaining([
        ['spec.window.size', '10s', '20s'],
        ['spec.filter', 'not set', 'data.amount > 1'],
      ]),
    )
    expect(planned.estimate.events).toBe(400)
    await world.apply(planned.id)
    await expect
      .poll(async () => (await status()).shadow, { timeout: 20_000 })
      .toMatchObject({
        definitionVersion: 2,
        lagMessages: 0,
      })
    expect(await total()).toBe(all)
    await world.startBatch()
    await expect.poll(async () => (await status()).shadow?.boundary, { timeout: 30_000 }).toBeGreaterThan(0)
    await expect.poll(async () => (await status()).boundary, { timeout: 30_000 }).toBeGreaterThan(0)
    expect((await getPipeline(world.console, pipeline)).definitionVersion).toBe(1)
    // What a shadow publishes corrects nothing: nobody was served from it.
    const { rows: corrected } = await world.services.pool.query(
      'SELECT 1 FROM correction c WHERE c.compute_id <> (SELECT min(id) FROM compute)',
    )
    expect(corrected).toEqual([])
    await world.carryOut(change({ promote: true }))
    expect((await getPipeline(world.console, pipeline)).definitionVersion).toBe(2)
    const promoted = await world.served(pipeline)
    expect(promoted.total).toBe(wide)
    expect(Object.keys(promoted.cells).every((name) => Number(name.split('/')[0]) % 20_000 === 0)).toBe(true)
    expect((await status()).shadow).toBeNull()
    await world.post([sale('till-1', 1_001, Date.now(), 5)])
    await expect.poll(total, { timeout: 20_000 }).toBe(wide + 5)
    // Back to what was: its positions and versions are kept, so only what came since is folded.
    await world.carryOut(
      change({ definition: salesDefinition(pipeline, { lateness: shadow.spec.lateness }) }),
    )
    await expect.poll(total, { timeout: 20_000 }).toBe(all + 5)
    expect((await definitionHistory(world.console, pipeline)).map(({ version }) => version)).toEqual([
      3, 2, 1,
    ])
  })

  it('[law 8] is refused where it makes no sense, and dropped as planned', async () => {
    await addSales(world, pipeline)
    const plan = (options: object) => world.plan(change(options))
    await expect(plan({ promote: true })).rejects.toThrow(/has no shadow/)
    await expect(plan({ shadow: salesDefinition(pipeline) })).rejects.toThrow(/says the same/)
    await expect(plan({ shadow: salesDefinition(pipeline, { batch: { every: '12h' } }) })).rejects.toThrow(
      /leaves every figure as it is/,
    )
    await expect(plan({ definition: salesDefinition('other') })).rejects.toThrow(/metadata.name/)
    await expect(plan({ definition: 'kind: Nonsense' })).rejects.toMatchObject({ code: 'bad_request' })
    const first = await plan({ shadow: wider })
    await world.carryOut(change({ shadow: wider }))
    await expect(world.apply(first.id)).rejects.toMatchObject({ code: 'conflict' })
    await world.carryOut(change({ drop: true }))
    expect((await status()).shadow).toBeNull()
  })

  it('a change that leaves every figure as it is keeps what is computed', async () => {
    await addSales(world, pipeline)
    const { computeId } = await getPipeline(world.console, pipeline)
    const planned = await world.plan(
      change({ definition: salesDefinition(pipeline, { batch: { every: '12h' } }) }),
    )
    expect(planned.items.map(({ label }) => label)).toContain('spec.batch.every')
    expect(planned.notes.join(' ')).toContain('stays the same')
    await world.apply(planned.id)
    expect(await getPipeline(world.console, pipeline)).toMatchObject({ computeId, definitionVersion: 2 })
  })
})
