import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServices, type TestServices } from '../clients/testing'
import { openAppender } from './appender'
import { openGateway, type Gateway } from './gateway'
import { openQuarantine, type Quarantine } from './quarantine'
import { redriveKept } from './quarantine-redrive'
import { openLogReader } from './reader'
import { openSchemaRegistry, type SchemaRegistry } from './registry'
import { provisionStreams, quarantineStream, streamState } from './stream'

let services: TestServices
let registry: SchemaRegistry
let quarantine: Quarantine
let gateway: Gateway
const now = Date.UTC(2026, 0, 15)
const clock = { now: () => now }
const partitions = 2
const type = 'till.sale'

beforeAll(async () => {
  services = await startTestServices()
  await provisionStreams(services.nats, { maxBytes: 64 * 1024 ** 2 })
  registry = await openSchemaRegistry(services)
  quarantine = await openQuarantine({ ...services, partitions })
  const appender = openAppender(services.nats, { partitions })
  gateway = openGateway({ appender, registry, clock, quarantine })
})
afterAll(async () => {
  registry.close()
  await services.stop()
})

const event = (source: string, id: number, minute = id) => ({
  specversion: '1.0',
  type,
  source,
  id: String(id),
  time: new Date(now + minute * 60_000).toISOString(),
  data: { n: id },
})
const post = (events: object[]) =>
  gateway.ingest('application/cloudevents-batch+json', {}, Buffer.from(JSON.stringify(events)))

async function put(source: string): Promise<number> {
  const { rows } = await services.pool.query<{ id: number }>(
    `INSERT INTO quarantine (type, source, reason, actor) VALUES ($1, $2, 'retry storm', 'ada') RETURNING id`,
    [type, source],
  )
  services.nats.nc.publish('control.quarantine', '')
  const probe = { type, source, id: '', timeMs: 0, attrs: {}, data: null }
  await expect.poll(() => quarantine.holds(probe)).toBe(true)
  return rows[0]?.id ?? 0
}

async function logged(source: string): Promise<string[]> {
  const { lastSeq } = await streamState(services.nats)
  const ids: string[] = []
  if (lastSeq === 0) return ids
  await new Promise<void>((resolve, reject) => {
    const reader = openLogReader({
      nats: services.nats,
      type,
      partitions,
      partition: 'all',
      fromSeq: 0,
      fields: [],
      onBatch: (batch) => {
        batch.id.forEach((id, i) => {
          if (batch.source[i] === source) ids.push(id)
        })
      },
      onProgress: (seq) => {
        if (seq >= lastSeq) void reader.close().then(resolve, reject)
      },
      onError: reject,
    })
  })
  return ids.sort()
}

const row = async (id: number) => {
  const { rows } = await services.pool.query<Record<string, unknown>>(
    `SELECT q.events, q.min_time AS "minTime", q.max_time AS "maxTime", h.layer, h.from_time AS "fromTime",
            h.to_time AS "toTime", h.reason FROM quarantine q LEFT JOIN hole h ON h.id = q.hole_id WHERE q.id = $1`,
    [id],
  )
  return rows[0]
}

test('events of a producer in quarantine are kept aside, others go on, and their windows become a hole', async () => {
  const id = await put('till-7')
  expect(await row(id)).toMatchObject({ events: 0, layer: null })
  expect(await post([event('till-7', 1), event('till-8', 2), event('till-7', 3)])).toEqual({
    accepted: 3,
    duplicates: 0,
    quarantined: 2,
    rejected: [],
  })
  expect(await post([event('till-7', 1)])).toEqual({ accepted: 0, duplicates: 1, rejected: [] })
  expect(await logged('till-8')).toEqual(['2'])
  expect(await logged('till-7')).toEqual([])
  expect(await row(id)).toMatchObject({
    events: 2,
    layer: 'quarantine',
    fromTime: now + 60_000,
    toTime: now + 3 * 60_000,
  })
  expect((await row(id))?.reason).toMatch(/till-7 .*retry storm/)
  await post([event('till-7', 4, -5)])
  expect(await row(id)).toMatchObject({ events: 3, fromTime: now - 5 * 60_000, toTime: now + 3 * 60_000 })
  expect((await streamState(services.nats, quarantineStream)).messages).toBeGreaterThan(0)
})

test('a gateway that does not know of the release yet asks, and gives the events to the log', async () => {
  const id = await put('till-9')
  await services.pool.query('UPDATE quarantine SET released_at = now() WHERE id = $1', [id])
  expect(await post([event('till-9', 1)])).toEqual({ accepted: 1, duplicates: 0, rejected: [] })
  expect(await logged('till-9')).toEqual(['1'])
})

test('a storm of requests is kept whole, and put back once however often it is tried', async () => {
  const id = await put('till-1')
  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => post([event('till-1', i)])))
  expect(answers.every(({ quarantined }) => quarantined === 1)).toBe(true)
  expect(await row(id)).toMatchObject({ events: 60 })
  const first = await redriveKept(services.nats, { id, type, afterSeq: 0, messages: 1 })
  expect(first.done).toBe(false)
  // As after a kill before the position was written: the same messages again.
  let events = 0
  for (let afterSeq = 0, done = false; !done;) {
    const again = await redriveKept(services.nats, { id, type, afterSeq, messages: 3 })
    afterSeq = again.seq
    done = again.done
    events += again.events
  }
  expect(events).toBe(60)
  expect(await logged('till-1')).toEqual(Array.from({ length: 60 }, (_, i) => String(i)).sort())
})
