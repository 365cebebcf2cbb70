import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../../clients/testing'
import { provisionStreams, setLogAge, streamState } from '../../log'
import { keepRetention } from './keep-retention'

let services: TestServices
const hour = 3_600_000

beforeAll(async () => {
  services = await startTestServices()
  await provisionStreams(services.nats, { maxBytes: 64 * 1024 ** 2, maxAgeMs: hour })
  await services.nats.js.publish('events.t.0', '{}')
})
afterAll(() => services.stop())

const keepAt = (at: number) => keepRetention({ ...services, clock: { now: () => at } })
const ageMs = async () => (await streamState(services.nats)).maxAgeMs

it('[law 1] the log keeps for longer what is not archived at half of its age, says so, and goes back', async () => {
  const now = Date.now()
  expect(await keepAt(now + 0.4 * hour)).toBeNull()
  expect(await ageMs()).toBe(hour)
  await keepAt(now + 0.6 * hour)
  expect(await ageMs()).toBe(2 * hour)
  await services.pool.query('INSERT INTO archive_position (id, seq, fence) VALUES (1, 1, 1)')
  await keepAt(now + 0.7 * hour)
  expect(await ageMs()).toBe(hour)
  const { rows } = await services.pool.query(
    `SELECT detail->'before' AS before, detail->'after' AS after FROM audit_entry WHERE action = 'log.retention' ORDER BY seq`,
  )
  expect(rows).toEqual([
    { before: hour, after: 2 * hour },
    { before: 2 * hour, after: hour },
  ])
})

it('[law 1] a retention that could overtake the archive is refused', async () => {
  await expect(setLogAge(services.nats, 60_000)).rejects.toThrow(/refused.*Set 1 h or more/)
  await expect(provisionStreams(services.nats, { maxAgeMs: 60_000 })).rejects.toThrow(
    /before they are archived/,
  )
  expect(await ageMs()).toBe(hour)
})
