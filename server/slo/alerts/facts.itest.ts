import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../../clients/testing'
import { provisionStreams } from '../../log'
import { addPipeline } from '../objectives/testing'
import { FactsMemory } from './facts-memory'
import { FactsReader, type Parts } from './read-facts'
import { pipelineFact, sourceOf } from './testing'

let services: TestServices
const now = Date.now()
const minute = Math.floor(now / 60_000) * 60_000

beforeAll(async () => {
  services = await startTestServices()
  await provisionStreams(services.nats, { maxBytes: 64 * 1024 ** 2 })
  await addPipeline(services.pool, 'sales')
})
afterAll(() => services.stop())

const run = (sql: string, values: unknown[] = []) => services.pool.query(sql, values)

/** Past what slow parts remember. */
const read = (at = now): Promise<Parts> => {
  const { pool, nats } = services
  const source = sourceOf(() => [pipelineFact({ pipeline: 'sales' })])
  return new FactsReader({ pool, nats, clock: { now: () => at }, source }, memory).read({
    isAway: false,
    says: '',
  })
}
const memory = new FactsMemory()

const job = (
  status: string,
  { at, error = null, attempts = 1 }: { at: number; error?: string | null; attempts?: number },
) =>
  run(
    `INSERT INTO job (kind, pipeline, payload, items, status, error, attempts, created_by, created_at, finished_at)
     VALUES ('scheduled', 'sales', '{}', '[{"from": 1000, "to": 2000}, {"from": 500, "to": 1500}]', $1, $2, $3, 'schedule',
             to_timestamp($4::float8 / 1000), CASE WHEN $1 = 'queued' THEN NULL ELSE to_timestamp($4::float8 / 1000) END)`,
    [status, error, attempts, at],
  )

it('every part is read of an installation in which nothing happened', async () => {
  const parts = await read()
  expect(Object.entries(parts).filter(([, value]) => value === null)).toEqual([])
})

it('runs: the last success, a failure until it is mended, a run that is tried again', async () => {
  await job('succeeded', { at: now - 600_000 })
  await job('failed', { at: now - 300_000, error: 'Out of memory.', attempts: 3 })
  const [failed] = (await read()).runs ?? []
  expect(failed).toMatchObject({
    pipeline: 'sales',
    lastSuccessAt: now - 600_000,
    failed: { kind: 'scheduled', error: 'Out of memory.', attempts: 3, from: 500, to: 2000 },
    failuresLastHour: 1,
  })
  await job('succeeded', { at: now - 1_000 })
  await job('queued', { at: now, error: 'again', attempts: 2 })
  const [mended] = (await read()).runs ?? []
  expect(mended).toMatchObject({
    failed: null,
    lastSuccessAt: now - 1_000,
    retrying: { attempts: 2, error: 'again' },
  })
})

it('quality: what was counted since the last minutes, not before', async () => {
  const set = (events: number, duplicate: number) =>
    run(
      `INSERT INTO speed_position (compute_id, partition, events, duplicate, log_time)
       SELECT v.compute_id, 0, $1, $2, $3 FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id WHERE p.name = 'sales'
       ON CONFLICT (compute_id, partition) DO UPDATE SET events = excluded.events, duplicate = excluded.duplicate`,
      [events, duplicate, now],
    )
  await set(1_000, 500)
  await read(now)
  await set(1_400, 520)
  expect((await read(now + 60_000)).quality).toMatchObject([{ events: 400, duplicates: 20, minutes: 1 }])
})

it('rejections: parked and refused ones of a type together', async () => {
  await run(
    `INSERT INTO dead_letter (seq, index, subject, type, source, code, reason, raw, at)
     SELECT n, 0, 'events.sale.0', 'sale', 'shop', 'schema', 'amount: must be number', '', to_timestamp($1::float8 / 1000)
       FROM generate_series(1, 3) n`,
    [now - 10_000],
  )
  await run(
    `INSERT INTO measurement_minute (pipeline, indicator, minute, source, traffic, count, sum, max, bins)
     VALUES ('sale', 'rejected', $1, 'web', 'real', 4, 4, 1, '{}')`,
    [minute],
  )
  expect((await read()).rejections).toMatchObject([
    {
      eventType: 'sale',
      count: 7,
      codes: ['schema', 'refused by the gateway'],
      sources: ['shop'],
      example: 'amount: must be number',
    },
  ])
})

it('access: by address, and by principal where it came from several', async () => {
  await run(
    `INSERT INTO access_event (kind, principal, address, detail)
     SELECT 'sign-in', 'ada', '10.0.0.' || n % 3, '{}' FROM generate_series(1, 12) n`,
  )
  const found = (await read(Date.now())).access ?? []
  expect(found.map(({ who, count }) => [who, count]).sort()).toEqual([
    ['10.0.0.0', 4],
    ['10.0.0.1', 4],
    ['10.0.0.2', 4],
    ['ada', 12],
  ])
})

it('traffic: what came steadily and has stopped', async () => {
  await run(
    `INSERT INTO measurement_minute (pipeline, indicator, minute, source, traffic, count, sum, max, bins)
     SELECT 'sales', 'event_to_view', $1::bigint - n * 60000, 'speed', 'real', 10, 10, 10, '{}' FROM generate_series(15, 60) n`,
    [minute],
  )
  expect((await read()).traffic).toEqual([
    { pipeline: 'sales', busyMinutes: 46, quietSince: minute - 14 * 60_000 },
  ])
})

it('the archive: how far it is behind, and since when it stands still', async () => {
  await services.nats.js.publish('events.sale.0', '{}')
  expect((await read(now)).archive).toEqual({ lagMessages: 1, stalledSince: now, retention: null })
  expect((await read(now + 60_000)).archive).toEqual({ lagMessages: 1, stalledSince: now, retention: null })
  await run(`INSERT INTO archive_position (id, seq, fence) VALUES (1, 1, 1)`)
  expect((await read(now + 90_000)).archive).toEqual({ lagMessages: 0, stalledSince: null, retention: null })
})

it('a part that fails leaves the others standing', async () => {
  const { pool, nats } = services
  const source = {
    pipelines: () => Promise.reject(new Error('away')),
    costs: () => new Promise<never>(() => undefined),
  }
  const parts = await new FactsReader({ pool, nats, clock: { now: () => now }, source }, memory).read({
    isAway: false,
    says: '',
  })
  expect(parts.pipelines).toBeNull()
  expect(parts.costs).toBeNull()
  expect(parts.workers?.roles).toHaveLength(3)
})
