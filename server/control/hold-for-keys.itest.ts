import { afterEach, beforeEach, expect, it } from 'vitest'
import { applyDefinition } from './apply-definition'
import { pipelineStatus } from './status'
import { addSales, sale, salesDefinition, startWorld, type World } from './testing-layers'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const wait = { timeout: 30_000 }
const limits = (keysPerWindow: number) => ({ limits: { keysPerWindow }, window: { size: '1d' } })
const total = async (pipeline: string) => (await world.served(pipeline)).total

it('[law 11] too many keys in a window stop their pipeline alone, which counts them all once they are allowed', async () => {
  const { pool } = world.services
  await addSales(world, 'bounded', limits(20))
  await addSales(world, 'free', limits(1_000))
  await world.startSpeed()
  const now = Date.now()
  const shops = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({
      ...sale('till-1', from + i, now),
      data: { shop: `s${from + i}`, amount: 1 },
    }))
  await world.post(shops(0, 18))
  await expect.poll(() => total('bounded'), wait).toBe(18)
  expect((await pipelineStatus(world.console, 'bounded')).paused).toEqual([])
  await world.post(shops(18, 90))
  const pauses = async () => (await pipelineStatus(world.console, 'bounded')).paused
  await expect.poll(pauses, wait).toMatchObject([{ layer: 'speed', actor: 'system', until: null }])
  expect((await pauses())[0]?.reason).toMatch(/has \d\d keys, more than the 20 it may have.*keysPerWindow/)
  const stood = await total('bounded')
  await world.post(shops(90, 200))
  await expect.poll(() => total('free'), wait).toBe(200)
  expect(await total('bounded')).toBe(stood)
  expect(stood).toBeLessThanOrEqual(90)
  const held = await pool.query(
    `SELECT (SELECT count(*)::int FROM layer_pause WHERE cause = 'keys' AND (detail->>'keys')::int > 20) AS pauses,
            (SELECT jsonb_agg(actor || ' ' || object) FROM audit_entry WHERE action = 'layer.hold') AS entries`,
  )
  expect(held.rows).toEqual([{ pauses: 1, entries: ['system bounded'] }])

  const input = salesDefinition('bounded', limits(500))
  await applyDefinition(world.console, { input, actor: 'ada@example.org', reason: 'so many shops are meant' })
  await world.carryOut({ kind: 'resume', pipeline: 'bounded', options: { layer: 'speed' } })
  await expect.poll(() => total('bounded'), wait).toBe(200)
  expect((await pipelineStatus(world.console, 'bounded')).paused).toEqual([])
})

it('an event with too long a key is a dead letter that says so, and the longest key allowed is counted', async () => {
  const { pool } = world.services
  await addSales(world, 'sales', { window: { size: '1d' } })
  await world.startSpeed()
  const now = Date.now()
  const withShop = (id: number, shop: string) => ({ ...sale('till-1', id, now), data: { shop, amount: 1 } })
  await world.post([withShop(1, 'é'.repeat(512)), withShop(2, `${'é'.repeat(512)}x`), withShop(3, 'short')])
  const parked = async () =>
    (await pool.query('SELECT event_id, code, reason, raw FROM dead_letter')).rows as Record<string, string>[]
  await expect.poll(parked, wait).toMatchObject([{ event_id: 'till-1-2', code: 'key_too_long' }])
  const [letter] = await parked()
  expect(letter?.reason).toMatch(/key of sales has 1025 bytes, more than 1024/)
  expect(letter?.raw).toContain('"amount":1')
  expect(await total('sales')).toBe(2)
})
