import { headers as newHeaders } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServices, type TestServices } from '../clients/testing'
import { startNatsServer } from '../clients/embedded'
import { openAppender } from './appender'
import type { LogEvent } from './log-event'
import type { DeadEvent } from './message'
import { openLogReader, type BatchInfo, type LogReaderOptions } from './reader'
import { provisionStreams, streamState } from './stream'

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
  await provisionStreams(services.nats, { maxBytes: 256 * 1024 ** 2 })
})
afterAll(() => services.stop())

const partitions = 4
const event = (type: string, i: number): LogEvent => ({
  type,
  source: '/test',
  id: `e${i}`,
  timeMs: 1_700_000_000_000 + i,
  attrs: {},
  data: { n: i, name: `zürich ${i}` },
})

interface Seen {
  ids: string[]
  infos: BatchInfo[]
  dead: DeadEvent[]
  names: unknown[]
}

/** Reads until `count` events and dead events were seen, then closes. */
async function read(options: Partial<LogReaderOptions> & { type: string }, count: number): Promise<Seen> {
  const seen: Seen = { ids: [], infos: [], dead: [], names: [] }
  let reader: ReturnType<typeof openLogReader> | undefined
  await new Promise<void>((resolve, reject) => {
    reader = openLogReader({
      nats: services.nats,
      partitions,
      partition: 'all',
      fromSeq: 0,
      fields: ['name'],
      onBatch(batch, info) {
        seen.ids.push(...batch.id)
        seen.names.push(...(batch.columns.name ?? []))
        seen.infos.push(info)
        if (seen.ids.length + seen.dead.length >= count) resolve()
      },
      onDead: (dead) => seen.dead.push(dead),
      onError: reject,
      ...options,
    })
  })
  await reader?.close()
  return seen
}

test('provisioning again changes nothing and keeps deletes and purges denied', async () => {
  await provisionStreams(services.nats, { maxBytes: 256 * 1024 ** 2 })
  const { config } = await services.nats.jsm.streams.info('EVENTS')
  expect(config).toMatchObject({
    deny_delete: true,
    deny_purge: true,
    discard: 'new',
    max_bytes: 256 * 1024 ** 2,
  })
  await expect(services.nats.jsm.streams.purge('EVENTS')).rejects.toThrow()
})

test('what was appended is read back once, in log order of each partition', async () => {
  const appender = openAppender(services.nats, { partitions })
  const events = Array.from({ length: 5_000 }, (_, i) => event('a.b', i))
  await Promise.all([appender.append(events.slice(0, 2_500)), appender.append(events.slice(2_500))])
  const seen = await read({ type: 'a.b' }, 5_000)
  expect(new Set(seen.ids).size).toBe(5_000)
  expect(seen.ids).toHaveLength(5_000)
  expect(seen.names).toContain('zürich 4999')
  for (let partition = 0; partition < partitions; partition++) {
    const seqs = seen.infos.filter((info) => info.partition === partition).map((info) => info.lastSeq)
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  }
})

test('a reader of one partition, from a position, gets the rest of that partition only', async () => {
  const all = await read({ type: 'a.b', partition: 2, maxBatchEvents: 100 }, 1_000)
  const from = all.infos[0]?.lastSeq ?? 0
  const rest = await read({ type: 'a.b', partition: 2, fromSeq: from }, 1)
  expect(rest.infos.every((info) => info.partition === 2 && info.lastSeq > from)).toBe(true)
})

test('events published straight to NATS are read in all modes, and bad ones are reported with their reason', async () => {
  const { nc } = services.nats
  const body = (extra: object) =>
    JSON.stringify({ specversion: '1.0', source: '/direct', type: 'direct', ...extra })
  nc.publish('events.direct', body({ id: 's1', data: { name: 'plain' } }))
  nc.publish('events.direct.1', body({ id: 's2', data: { name: 'café \n' } }))
  const batch = newHeaders()
  batch.set('Content-Type', 'application/cloudevents-batch+json; charset=UTF-8')
  nc.publish(
    'events.direct.3',
    `[${body({ id: 'b1' })},${body({ id: '' })},${body({ id: 'b2', type: 'other' })},${body({ id: 'b3' })}]`,
    { headers: batch },
  )
  const binary = newHeaders()
  for (const [name, value] of [
    ['ce-specversion', '1.0'],
    ['ce-id', 'bin%201'],
    ['ce-source', '/direct'],
    ['ce-type', 'direct'],
    ['content-type', 'application/json'],
  ] as const)
    binary.set(name, value)
  nc.publish('events.direct.0', '{"name":"binary"}', { headers: binary })
  nc.publish('events.direct.0', '{broken')
  nc.publish('events.direct.0', body({ id: 'future', time: '2990-01-01T00:00:00Z' }))
  await nc.flush()
  const seen = await read({ type: 'direct' }, 9)
  expect(seen.ids.sort()).toEqual(['b1', 'b3', 'bin 1', 's1', 's2'])
  expect(seen.names).toContain('café \n')
  expect(seen.dead.map((dead) => [dead.index, dead.rejection.code])).toEqual(
    expect.arrayContaining([
      [1, 'invalid_attribute'],
      [2, 'type_mismatch'],
      [0, 'invalid_json'],
      [0, 'time_too_far_in_future'],
    ]),
  )
})

test('a type is not read together with types that begin like it', async () => {
  const { nc } = services.nats
  const body = (type: string) => JSON.stringify({ specversion: '1.0', source: '/x', id: type, type })
  nc.publish('events.t', body('t'))
  nc.publish('events.t.u', body('t.u'))
  nc.publish('events.t.u.1', body('t.u'))
  nc.publish('events.t.1', body('t'))
  await nc.flush()
  expect((await read({ type: 't' }, 2)).ids).toEqual(['t', 't'])
  expect((await read({ type: 't.u' }, 2)).ids).toEqual(['t.u', 't.u'])
})

test('a slow handler holds back the log and loses nothing', async () => {
  const appender = openAppender(services.nats, { partitions })
  const pad = 'x'.repeat(20_000)
  const events = Array.from({ length: 1_500 }, (_, i) => ({ ...event('slow', i), data: { name: pad } }))
  await appender.append(events)
  let open = 0
  const seen = { count: 0 }
  await new Promise<void>((resolve, reject) => {
    const reader = openLogReader({
      nats: services.nats,
      type: 'slow',
      partitions,
      partition: 'all',
      fromSeq: 0,
      fields: ['name'],
      async onBatch(batch) {
        expect(++open).toBe(1)
        await new Promise((done) => setTimeout(done, 20))
        open--
        seen.count += batch.n
        if (seen.count === 1_500) {
          void reader.close()
          resolve()
        }
      },
      onError: reject,
    })
  })
  expect(seen.count).toBe(1_500)
})

test('[law 7] a server killed with -9 while events are appended and read loses none and doubles none', async () => {
  await using own = await startTestServices()
  await provisionStreams(own.nats, { maxBytes: 256 * 1024 ** 2 })
  const appender = openAppender(own.nats, { partitions, deadlineMs: 60_000 })
  const ids: string[] = []
  const reader = openLogReader({
    nats: own.nats,
    type: 'k',
    partitions,
    partition: 'all',
    fromSeq: 0,
    fields: [],
    onBatch: (batch) => void ids.push(...batch.id),
    onError: (error) => {
      throw error
    },
  })
  const appends: Promise<void>[] = []
  let server = own.natsServer
  for (let i = 0; i < 3_000; i++) {
    appends.push(appender.append([event('k', i)]))
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    if (i === 1_000 || i === 2_000) {
      process.kill(server.pid, 'SIGKILL')
      await server.exited
      server = await startNatsServer({ dir: own.natsDir, port: server.port, durable: false })
    }
  }
  await Promise.all(appends)
  const { lastSeq } = await streamState(own.nats)
  await expect.poll(() => new Set(ids).size, { timeout: 30_000 }).toBe(3_000)
  expect(ids).toHaveLength(3_000)
  expect(lastSeq).toBeGreaterThan(0)
  await reader.close()
  await server.stop()
})

test('a full log refuses new events with a clear error and keeps the old ones', async () => {
  await using own = await startTestServices()
  await provisionStreams(own.nats, { maxBytes: 1024 ** 2, maxMessageBytes: 512 * 1024 })
  const appender = openAppender(own.nats, { partitions: 1, deadlineMs: 5_000 })
  const big = (i: number): LogEvent => ({ ...event('full', i), data: { pad: 'x'.repeat(200_000) } })
  await appender.append([big(0), big(1)])
  const refusal = appender.append(Array.from({ length: 10 }, (_, i) => big(i + 2)))
  await expect(refusal).rejects.toMatchObject({ code: 'unavailable', details: { reason: 'log_full' } })
  expect((await streamState(own.nats)).firstSeq).toBe(1)
})
