import { afterAll, beforeAll, expect, it } from 'vitest'
import { listProducers, type ProducerView } from './producers'
import { addSales, sale, saleType, startWorld, type World } from './testing-layers'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

it('tells of each producer what it sent, repeated and broke, and whether it is kept aside', async () => {
  await addSales(world, 'sales')
  const at = Date.now()
  const once = Array.from({ length: 10 }, (_, i) => sale('till-1', i, at))
  await world.post([...once, ...Array.from({ length: 4 }, (_, i) => sale('till-2', i, at))])
  const { js } = world.services.nats
  await js.publish(`events.${saleType}.0`, JSON.stringify(once[3])) // a repeat that no gateway sees
  await js.publish(`events.${saleType}.0`, JSON.stringify({ ...once[4], time: 'noon' }))
  await world.carryOut(
    { kind: 'quarantine', pipeline: 'sales', options: { source: 'till-2' } },
    'retry storm',
  )
  const kept = async () => {
    await world.post([sale('till-2', 100 + Math.floor(Math.random() * 1e6), at)])
    const { producers } = await listProducers(world.console, 'sales', undefined)
    return producers
  }
  const expected: unknown[] = [
    { source: 'till-2', duplicates: 0, rejected: 0, quarantine: { reason: 'retry storm', releasedAt: null } },
    { source: 'till-1', events: 11, duplicates: 1, rejected: 1, quarantine: null },
  ]
  await expect.poll(kept, { timeout: 20_000, interval: 300 }).toMatchObject(expected)
  const [first] = (await kept()) as [ProducerView]
  expect(first.quarantine?.kept).toBeGreaterThan(0)
  expect((await listProducers(world.console, 'sales', undefined)).basis).toMatch(/archive/)
})
