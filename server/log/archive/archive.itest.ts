import { truncate } from 'node:fs/promises'
import { fork, type ChildProcess } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newHeaders, openDuck, type Duck } from '../../clients'
import { openLogReader } from '../reader'
import { streamState } from '../stream'
import { selectSegments } from './archive-store'
import { archivedRelation, verifyArchive } from './archived-relation'
import {
  archiveFixture,
  base,
  event,
  events,
  keepLogFor,
  partitions,
  type ArchiveFixture,
} from './testing-archive-fixture'
import { removeReplaced } from './orphans'

let duck: Duck
beforeAll(async () => {
  duck = await openDuck()
})
afterAll(() => {
  duck.close()
})

const fixture = () => archiveFixture(duck)

test('every event is archived once with its position, attributes, data and shredded fields', async () => {
  await using f = await fixture()
  await f.start()
  await f.append(events(0, 3_000))
  await f.append([
    event(3_000, { deep: { er: { x: 1.5, 'a.b': 1 } }, list: [1], yes: true, Case: 1, case: 2, nil: null }),
  ])
  await f.append([{ ...event(3_001, null), attrs: {} }])
  await f.settle()
  const [count] = await f.rows(
    'SELECT count(*) AS n, count(DISTINCT (seq, idx)) AS places, count(DISTINCT id) AS ids FROM ARCHIVE',
  )
  expect(count).toEqual({ n: 3_002, places: 3_002, ids: 3_002 })
  const [row] = await f.rows(`SELECT * FROM ARCHIVE WHERE id = 'e42'`)
  expect(row).toMatchObject({
    source: '/archive',
    time: base + 42_000,
    subject: 's0',
    attrs: '{"traceparent":"x"}',
    data: '{"n":42,"name":"é 42"}',
    'n:n': 42,
    's:name': 'é 42',
  })
  expect(typeof (row as { fp: unknown }).fp).toBe('bigint')
  const [odd] = await f.rows(
    `SELECT "n:deep.er.x" AS x, "b:yes" AS yes, data FROM ARCHIVE WHERE id = 'e3000'`,
  )
  expect(odd).toMatchObject({ x: 1.5, yes: true })
  const found = await archivedRelation(f.services.pool, f.dir, { type: 't' })
  const names = [...(found?.columns.columns ?? [])]
  expect(names).toEqual(expect.arrayContaining(['n:n', 's:name', 'n:deep.er.x', 'b:yes', 'n:Case', 'n:case']))
  expect(names.some((name) => name.includes('a.b') || name.includes('nil') || name.includes('list'))).toBe(
    false,
  )
  const [none] = await f.rows(`SELECT data, attrs, subject FROM ARCHIVE WHERE id = 'e3001'`)
  expect(none).toEqual({ data: null, attrs: null, subject: null })
  expect(await verifyArchive(f.services.pool, f.dir, 't')).toEqual([])
})

test('what cannot be used becomes a dead letter with its reason, and position and order go on', async () => {
  await using f = await fixture()
  await f.start()
  await f.registry.register('t', '{"type":"object","required":["n"]}')
  const { nc } = f.services.nats
  const body = (extra: object) => JSON.stringify({ specversion: '1.0', source: '/d', type: 't', ...extra })
  nc.publish('events.t.0', '{"broken \0')
  nc.publish('events.t.0', body({ id: 'bad', data: { m: 1 } }))
  nc.publish('events.t', body({ id: 'good', data: { n: 1 } }))
  nc.publish('events.t.1', body({ id: 'wrong', type: 'other' }))
  nc.publish('events.t.99', body({ id: 'far', data: { n: 1 } }))
  nc.publish(
    'events.t.0',
    body({ id: 'deep' }).replace('}', `,"data":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
  )
  const forged = newHeaders()
  forged.set('content-type', 'application/vnd.parallax.frame+json')
  forged.set('parallax-crc32', '1')
  nc.publish('events.t.2', '{"v":1,"type":"t","n":9}', { headers: forged })
  await nc.flush()
  await f.settle()
  const { rows } = await f.services.pool.query<{ code: string; event_id: string | null; raw: string }>(
    'SELECT code, event_id, raw FROM dead_letter ORDER BY seq',
  )
  expect(rows.map((row) => [row.code, row.event_id])).toEqual([
    ['invalid_json', null],
    ['schema_violation', 'bad'],
    ['type_mismatch', 'wrong'],
    ['type_mismatch', 'far'],
    ['too_deep', 'deep'],
    ['invalid_frame', null],
  ])
  expect(rows[0]?.raw).toContain('broken')
  expect(await f.rows('SELECT id FROM ARCHIVE')).toEqual([{ id: 'good' }])
})

test('reader and archiver agree on which events are usable', async () => {
  await using f = await fixture()
  await f.start()
  const { nc } = f.services.nats
  for (let i = 0; i < 200; i++) {
    const odd =
      i % 7 === 0
        ? { time: 'no' }
        : i % 11 === 0
          ? { data: { v: 'x\ud800' } }
          : { data: { v: `caf\u00e9 ${i}` } }
    nc.publish(
      `events.t.${i % 4}`,
      JSON.stringify({ specversion: '1.0', source: '/d', type: 't', id: `i${i}`, ...odd }),
    )
  }
  await nc.flush()
  const { lastSeq } = await streamState(f.services.nats)
  const read: string[] = []
  await new Promise<void>((resolve, reject) => {
    const reader = openLogReader({
      nats: f.services.nats,
      type: 't',
      partitions,
      partition: 'all',
      fromSeq: 0,
      fields: ['v'],
      onBatch: (batch) => void read.push(...batch.id),
      onProgress(seq) {
        if (seq < lastSeq) return
        void reader.close()
        resolve()
      },
      onError: reject,
    })
  })
  await f.settle()
  const archived = await f.rows<{ id: string }>('SELECT id FROM ARCHIVE')
  expect(archived.map((row) => row.id).sort()).toEqual(read.sort())
})

test('small neighbours are merged, replaced files go after their grace, and nothing changes for a reader', async () => {
  await using f = await fixture()
  const stop = await f.start({ compactEveryMs: 100_000 })
  for (let i = 0; i < 20; i++) {
    await f.append(events(i * 50, i * 50 + 50))
    await f.settle()
  }
  await stop()
  const before = await f.rows('SELECT * FROM ARCHIVE ORDER BY seq, idx')
  expect((await selectSegments(f.services.pool, { type: 't' })).length).toBeGreaterThanOrEqual(20)
  await f.start({ compactEveryMs: 20 })
  await expect.poll(async () => (await selectSegments(f.services.pool, { type: 't' })).length).toBeLessThan(8)
  expect(await f.rows('SELECT * FROM ARCHIVE ORDER BY seq, idx')).toEqual(before)
  expect(await verifyArchive(f.services.pool, f.dir, 't')).toEqual([])
  await removeReplaced(f.services.pool, f.dir, 0)
  expect(await f.rows('SELECT * FROM ARCHIVE ORDER BY seq, idx')).toEqual(before)
  const segments = await selectSegments(f.services.pool, { type: 't' })
  expect(readdirSync(path.join(f.dir, 't'))).toHaveLength(segments.length)
  for (const [i, segment] of segments.entries()) {
    expect(segment.seqFrom).toBeGreaterThan(segments[i - 1]?.seqTo ?? 0)
  }
})

test('[law 7] two archivers at once archive every event once', async () => {
  await using f = await fixture()
  await f.start()
  await f.start()
  for (let i = 0; i < 10; i++) await f.append(events(i * 200, i * 200 + 200))
  await f.settle()
  const [count] = await f.rows('SELECT count(*) AS n, count(DISTINCT (seq, idx)) AS places FROM ARCHIVE')
  expect(count).toEqual({ n: 2_000, places: 2_000 })
})

test('a damaged segment is named with its messages, and nothing is answered without it', async () => {
  await using f = await fixture()
  const stop = await f.start()
  await f.append(events(0, 100))
  await f.settle()
  await stop()
  const [segment] = await selectSegments(f.services.pool, { type: 't' })
  await truncate(path.join(f.dir, segment?.file ?? ''), 100)
  await expect(archivedRelation(f.services.pool, f.dir, { type: 't' })).rejects.toMatchObject({
    code: 'unavailable',
    details: { file: segment?.file, seqFrom: segment?.seqFrom, seqTo: segment?.seqTo },
  })
  expect(await verifyArchive(f.services.pool, f.dir, 't')).toHaveLength(1)
})

test('a type with too many fields keeps its events and says that its columns do not hold all', async () => {
  await using f = await fixture()
  await f.start()
  const wide = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, i]))
  await f.append([event(1, wide)])
  await f.settle()
  const found = await archivedRelation(f.services.pool, f.dir, { type: 't' })
  expect(found?.columns.shredded).toBe(false)
  expect(await f.rows('SELECT count(*) AS n FROM ARCHIVE')).toEqual([{ n: 1 }])
})

test('what the log lost before it was archived is noted as a hole, and the rest is archived', async () => {
  await using f = await fixture()
  const { nats, pool } = f.services
  const stop = await f.start()
  await f.append(events(0, 10))
  await f.settle()
  await stop()
  await keepLogFor(nats, 400)
  const from = (await streamState(nats)).lastSeq + 1
  await f.append(events(10, 20))
  const to = (await streamState(nats)).lastSeq
  await expect.poll(async () => (await streamState(nats)).messages, { timeout: 15_000 }).toBe(0)
  await keepLogFor(nats, 0)
  await f.append(events(20, 30))
  await f.start()
  await f.settle()
  const { rows } = await pool.query('SELECT type, seq_from, seq_to, layer FROM hole')
  expect(rows).toEqual([{ type: 't', seq_from: from, seq_to: to, layer: 'archive' }])
  expect(await f.rows('SELECT count(*) AS n FROM ARCHIVE')).toEqual([{ n: 20 }])
})

describe('kill -9', () => {
  const startChild = (f: ArchiveFixture): ChildProcess =>
    fork(fileURLToPath(new URL('./testing-archiver.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      env: {
        ...process.env,
        ARCHIVER_DATABASE: f.services.databaseUrl,
        ARCHIVER_NATS: f.services.natsUrl,
        ARCHIVER_DIR: f.dir,
        PARALLAX_LOG_LEVEL: 'silent',
      },
    })

  test('[law 7] an archiver killed again and again under load archives every event once', async () => {
    await using f = await fixture()
    let sent = 0
    let running = true
    const load = (async () => {
      while (running) {
        await f.append(events(sent, sent + 200))
        sent += 200
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })()
    for (let round = 0; round < 4; round++) {
      const child = startChild(f)
      await new Promise((resolve) => child.once('message', resolve))
      await new Promise((resolve) => setTimeout(resolve, 300 + round * 170))
      child.kill('SIGKILL')
      await new Promise((resolve) => child.once('exit', resolve))
      await f.services.pool.query('UPDATE archive_position SET lease_until = now()')
    }
    running = false
    await load
    await f.start()
    await f.settle()
    const [count] = await f.rows(
      'SELECT count(*) AS n, count(DISTINCT (seq, idx)) AS places, count(DISTINCT id) AS ids FROM ARCHIVE',
    )
    expect(count).toEqual({ n: sent, places: sent, ids: sent })
  })
})
