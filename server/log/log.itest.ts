import { afterAll, beforeAll, expect, test } from 'vitest'
import { newHeaders } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { startNatsServer } from '../clients/embedded'
import { openAppender } from './appender'
import { keepLogFor } from './archive/testing-archive-fixture'
import type { LogEvent } from './log-event'
import type { DeadEvent } from './message'
import { openLogReader, type BatchInfo, type LogReaderOptions } from './reader'
import { openSchemaRegistry } from './registry'
import { provisionStreams, streamState } from './stream'
import { intakeOf, readDirectly, type ParserHolder } from './direct-intake'
import { placeOf, type WirePlace } from './wire-message'

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

test('an existing stream keeps the limits of its operator and gets back what its safety rests on', async () => {
  await using own = await startTestServices()
  await own.nats.jsm.streams.add({
    name: 'EVENTS',
    subjects: ['events.>'],
    max_bytes: 10_000_000,
    max_age: 3.6e12,
  })
  await provisionStreams(own.nats)
  const { config } = await own.nats.jsm.streams.info('EVENTS')
  expect(config).toMatchObject({ deny_purge: true, discard: 'new', max_bytes: 10_000_000, max_age: 3.6e12 })
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

test('a publish that is not acknowledged in time is sent again and stored once', async () => {
  await using own = await startTestServices()
  await provisionStreams(own.nats, { maxBytes: 64 * 1024 ** 2 })
  const appender = openAppender(own.nats, { partitions: 1, ackTimeoutMs: 50, deadlineMs: 30_000 })
  await appender.append([event('again', 0)])
  process.kill(own.natsServer.pid, 'SIGSTOP')
  const append = appender.append([event('again', 1)])
  await new Promise((resolve) => setTimeout(resolve, 600))
  process.kill(own.natsServer.pid, 'SIGCONT')
  await append
  expect((await streamState(own.nats)).messages).toBe(2)
})

test('an append that is never acknowledged fails as unavailable and says that it may be sent again', async () => {
  await using own = await startTestServices()
  const appender = openAppender(own.nats, { partitions: 1, ackTimeoutMs: 50, deadlineMs: 400 })
  // There is no stream, so nobody answers.
  await expect(appender.append([event('none', 1)])).rejects.toMatchObject({
    code: 'unavailable',
    retryAfterS: 5,
  })
  expect(appender.queued()).toBe(0)
})

test('messages without a partition, mixed with those of partition 0, are read in log order and once', async () => {
  const body = (i: number) => JSON.stringify({ specversion: '1.0', source: '/m', id: `m${i}`, type: 'mixed' })
  const { nc } = services.nats
  const reading = read({ type: 'mixed', partition: 0, maxBatchEvents: 7 }, 600)
  for (let i = 0; i < 600; i++) {
    nc.publish(i < 200 || i % 3 > 0 ? 'events.mixed.0' : 'events.mixed', body(i))
    if (i % 20 === 0) await nc.flush()
  }
  const seen = await reading
  expect(seen.ids).toEqual(Array.from({ length: 600 }, (_, i) => `m${i}`))
  const seqs = seen.infos.map((info) => info.lastSeq)
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
})

test('a position behind the end of the log is an error, not an endless wait', async () => {
  await expect(read({ type: 'a.b', fromSeq: 1e9 }, 1)).rejects.toMatchObject({ code: 'conflict' })
})

test('what the log no longer holds is reported as a hole', async () => {
  await using own = await startTestServices()
  await provisionStreams(own.nats, { maxBytes: 64 * 1024 ** 2 })
  await keepLogFor(own.nats, 300)
  const appender = openAppender(own.nats, { partitions: 1 })
  await appender.append([event('old', 1)])
  await expect.poll(async () => (await streamState(own.nats)).messages, { timeout: 10_000 }).toBe(0)
  const holes: number[][] = []
  const reader = openLogReader({
    nats: own.nats,
    type: 'old',
    partitions: 1,
    partition: 'all',
    fromSeq: 0,
    fields: [],
    onBatch: () => undefined,
    onHole: (...hole) => holes.push(hole),
    onError: () => undefined,
  })
  await expect.poll(() => holes).toEqual([[1, 1]])
  await reader.close()
})

test('[law 4] a reader checks an event by a schema registered before it, however lately', async () => {
  const registry = await openSchemaRegistry(services)
  const behind = await openSchemaRegistry(services)
  const body = (id: string) =>
    JSON.stringify({ specversion: '1.0', source: '/s', id, type: 'strict', data: {} })
  await services.nats.js.publish('events.strict.0', body('before'))
  behind.close() // it hears of nothing from here on
  await registry.register('strict', '{"required":["x"]}')
  await services.nats.js.publish('events.strict.0', body('after'))
  const seen = await read({ type: 'strict', schemas: behind }, 2)
  expect(seen.ids).toEqual(['before'])
  expect(seen.dead.map((dead) => [dead.id, dead.rejection.code])).toEqual([['after', 'schema_violation']])
  registry.close()
})

/** A message's parts as text, which outlives the call that names their place. */
function partsOf({ bytes, subject, subjectEnd, reply, replyEnd, start, data, end }: WirePlace) {
  const text = (from: number, to: number) => bytes.toString('utf8', from, to)
  const [lines, body] = [text(start, data), text(data, end)]
  return { subject: text(subject, subjectEnd), reply: text(reply, replyEnd), lines, body }
}

test('a message read past the client has the same parts', async () => {
  const { nc } = services.nats
  const direct: ReturnType<typeof partsOf>[] = []
  const called: ReturnType<typeof partsOf>[] = []
  const past = nc.subscribe('wire.*', { callback: () => undefined })
  expect(readDirectly(services.nats, past, (place) => direct.push(partsOf(place)))).toBe(true)
  const plain = nc.subscribe('wire.*', {
    callback: (_error, message) => void called.push(partsOf(placeOf(message))),
  })
  const headers = newHeaders()
  headers.set('ce-id', 'x')
  headers.set('Content-Type', 'application/json')
  nc.publish('wire.a', 'body é', { headers, reply: 'answer.here' })
  nc.publish('wire.b', 'plain', { reply: 'answer.there' })
  nc.publish('wire.c', '', { reply: 'answer.empty' })
  await nc.flush()
  await expect.poll(() => called.length).toBe(3)
  expect(direct).toEqual(called)
  for (const subscription of [past, plain]) subscription.unsubscribe()
})

test('whatever pieces the socket gives, direct reading and the client see the same messages in the same order', () => {
  interface ClientEvent {
    kind: number
    msg?: { subject: Uint8Array; sid: number; reply?: Uint8Array; hdr: number }
    data?: Uint8Array
  }
  const { protocol } = services.nats.nc as unknown as { protocol: ParserHolder }
  const Parser = protocol.parser.constructor as new (to: {
    push: (e: ClientEvent) => void
  }) => ParserHolder['parser']
  let state = 41
  const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff) / 0x8000_0000
  const below = (n: number) => Math.floor(random() * n)
  const textOf = (bytes?: Uint8Array) => Buffer.from(bytes ?? []).toString('latin1')
  for (let round = 0; round < 300; round++) {
    const wire = Buffer.concat(Array.from({ length: 1 + below(12) }, () => wireText(below)))
    const alone: string[] = []
    const both: string[] = []
    const log =
      (to: string[]) =>
      ({ kind, msg, data }: ClientEvent) => {
        if (msg === undefined) to.push(`${kind} ${textOf(data)}`)
        else
          to.push(
            [textOf(msg.subject), msg.sid, textOf(msg.reply), Math.max(msg.hdr, 0), textOf(data)].join(' '),
          )
      }
    const client = new Parser({ push: log(alone) })
    const parser = new Parser({ push: log(both) })
    const intake = intakeOf({ parser })
    intake.takers.set(7, ({ bytes, subject, subjectEnd, reply, replyEnd, start, data, end }) => {
      const part = (from: number, to: number) => bytes.toString('latin1', from, to)
      both.push(
        [part(subject, subjectEnd), 7, part(reply, replyEnd), data - start, part(start, end)].join(' '),
      )
    })
    for (let from = 0; from < wire.length;) {
      const piece = wire.subarray(from, (from += 1 + below(random() < 0.3 ? 4 : 90)))
      client.parse(Buffer.from(piece))
      parser.parse(Buffer.from(piece))
    }
    expect(both, wire.toString('latin1')).toEqual(alone)
    expect(alone.length).toBeGreaterThan(0)
  }
})

/** Something a server sends: mostly messages, for subscription 7 (read directly) and others, with and without parts. */
function wireText(below: (n: number) => number): Buffer {
  const kind = below(10)
  if (kind === 0) return Buffer.from('PING\r\n')
  if (kind === 1) return Buffer.from("-ERR 'Slow Consumer'\r\n")
  const body = Array.from({ length: below(40) }, () => 'aé\r\nMSG 7 {}0'[below(14)]).join('')
  const reply = below(4) === 0 ? '' : ` $JS.ACK.E.r.1.${below(1e6)}.2.3.4`
  const head = `events.t.${below(3)} ${below(3) === 0 ? 8 : 7}${reply}`
  if (below(3) > 0) return Buffer.from(`MSG ${head} ${Buffer.byteLength(body)}\r\n${body}\r\n`)
  const lines = 'NATS/1.0\r\na: b\r\n\r\n'
  return Buffer.from(
    `HMSG ${head} ${lines.length} ${lines.length + Buffer.byteLength(body)}\r\n${lines}${body}\r\n`,
  )
}
