import { afterAll, beforeEach, beforeAll, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../../clients/testing'
import type { Indicator } from '../model'
import { countComparisons } from './count-comparisons'
import { countDuplicates } from './count-duplicates'
import { countJobs } from './count-jobs'
import { defaultThresholds } from './measured'
import { minuteMs } from './minute'
import { restateHoles } from './restate-holes'
import { readSliMinutes } from './sli-store'

let services: TestServices
const now = Math.floor(Date.now() / minuteMs) * minuteMs
const from = now - 60 * minuteMs

const definition = {
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: 'p', title: 'P', owner: 'tests' },
  spec: {
    events: { type: 't' },
    key: 'data.k',
    window: { size: '10s' },
    lateness: { outOfOrder: '0s', allowed: '0s', beyond: 'defer' },
    dedupe: { horizon: '10m' },
    measures: { n: { count: true } },
    batch: { every: '5m', reconcile: 'auto', tolerance: 0.001 },
  },
}

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

beforeEach(async () => {
  const { pool } = services
  await pool.query(
    `TRUNCATE measurement_minute, sli_minute, objective, job, version, version_cell, comparison, divergence_cell, pipeline, hole,
       pipeline_version, compute, speed_position RESTART IDENTITY; DELETE FROM setting WHERE key LIKE 'slo-counted-%'`,
  )
  await pool.query(`INSERT INTO compute (pipeline, hash, type, partitions) VALUES ('p', 'h', 't', 1)`)
  await pool.query(
    `INSERT INTO pipeline_version (pipeline, version, definition, compute_id, created_by) VALUES ('p', 1, $1, 1, 'test')`,
    [definition],
  )
  await pool.query(`INSERT INTO pipeline (name, version_id) VALUES ('p', 1)`)
  await pool.query(`INSERT INTO speed_position (compute_id, partition) VALUES (1, 0)`)
})

const counted = async (indicator: Indicator, threshold = defaultThresholds[indicator]) =>
  (
    await readSliMinutes(services.pool, [{ pipeline: 'p', indicator, threshold }], {
      from: 0,
      to: now + minuteMs,
    })
  ).map(({ minute, then, now: known }) => ({ minute: (minute - from) / minuteMs, then, now: known }))

const job = (fields: { status: string; attempts: number; kind?: string; seconds?: number }) =>
  services.pool.query<{ id: string }>(
    `INSERT INTO job (kind, pipeline, payload, status, created_by, attempts, created_at, finished_at)
     VALUES ($1, 'p', '{}', $2, 'test', $3, to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000))`,
    [fields.kind ?? 'reconcile', fields.status, fields.attempts, from - (fields.seconds ?? 1) * 1_000, from],
  )

it('counts each job once over restarts, and each of its attempts', async () => {
  const { pool } = services
  await job({ status: 'succeeded', attempts: 2 })
  await job({ status: 'failed', attempts: 3 })
  await job({ status: 'cancelled', attempts: 1 })
  await Promise.all([countJobs(pool), countJobs(pool)])
  await countJobs(pool)
  await job({ status: 'succeeded', attempts: 1 })
  await countJobs(pool)
  expect(await counted('jobs')).toMatchObject([{ then: { good: 2, total: 3 } }])
  expect(await counted('reruns')).toMatchObject([{ then: { good: 2, total: 6 } }])
})

it('holds a scheduled run to its deadline', async () => {
  await job({ status: 'succeeded', attempts: 1, kind: 'scheduled', seconds: 300 })
  await job({ status: 'succeeded', attempts: 1, kind: 'scheduled', seconds: 301 })
  await job({ status: 'failed', attempts: 1, kind: 'scheduled', seconds: 3 })
  await countJobs(services.pool)
  expect(await counted('batch')).toMatchObject([{ then: { good: 1, total: 3 } }])
})

it('counts what speed folded since the last look, and a replay of it not again', async () => {
  const { pool } = services
  const folded = (events: number, duplicate: number) =>
    pool.query('UPDATE speed_position SET events = $1, duplicate = $2', [events, duplicate])
  await folded(1_000, 5)
  await countDuplicates(pool, from)
  await folded(1_100, 7)
  await countDuplicates(pool, from)
  await folded(1_050, 6)
  await countDuplicates(pool, from)
  await folded(1_110, 8)
  await Promise.all([countDuplicates(pool, from), countDuplicates(pool, from)])
  expect(await counted('duplicates')).toMatchObject([{ then: { good: 107, total: 110 } }])
})

const version = async (range: { from: number; to: number }, keys: readonly string[]) => {
  const { pool } = services
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO version (compute_id, number, pipeline, range_from, range_to, epoch, cut, watermark, state, schemas, created_by)
     SELECT 1, count(*) + 1, 'p', $1, $2, 0, '{1}', $3, 'published', '{}', 'test' FROM version RETURNING id`,
    [range.from, range.to, now],
  )
  const id = rows[0]?.id ?? 0
  await pool.query(
    `INSERT INTO version_cell (version_id, window_start, key)
     SELECT $1, w, k FROM generate_series($2::bigint, $3::bigint - 1, 10000) AS w, unnest($4::text[]) AS k`,
    [id, range.from, range.to, keys],
  )
  await pool.query(
    `INSERT INTO comparison (version_id, compute_id, cells, differing, beyond, drifting, in_flight, measures, seconds, at)
     VALUES ($1, 1, 0, 0, 0, 0, 0, '{}', 1, clock_timestamp())`,
    [id],
  )
  return id
}

const differs = (
  versionId: number,
  cell: {
    windowStart: number
    key: string
    speed: number
    batch: number | null
    events?: object
    approximation?: number
  },
) =>
  services.pool.query(
    `INSERT INTO divergence_cell (compute_id, window_start, key, measure, version_id, speed, batch, difference, relative,
       approximation, main_cause, events, state)
     VALUES (1, $1, $2, 'n', $3, $4::numeric, $5::numeric, $4::numeric - coalesce($5::numeric, 0), 0, $6, 'late', $7, 'settled')`,
    [
      cell.windowStart,
      cell.key,
      versionId,
      cell.speed,
      cell.batch,
      cell.approximation ?? 0,
      JSON.stringify(cell.events ?? {}),
    ],
  )

it('counts a served cell in the minute of its window, good within the tolerance', async () => {
  const { pool } = services
  const first = await version({ from, to: from + 2 * minuteMs }, ['a', 'b'])
  await differs(first, { windowStart: from, key: 'a', speed: 999, batch: 1_000 })
  await differs(first, { windowStart: from, key: 'b', speed: 998, batch: 1_000 })
  await differs(first, {
    windowStart: from + 10_000,
    key: 'a',
    speed: 900,
    batch: 1_000,
    approximation: -100,
  })
  await differs(first, { windowStart: from + 20_000, key: 'gone', speed: 5, batch: null })
  await countComparisons(pool, now)
  await countComparisons(pool, now)
  expect(await counted('correctness')).toEqual([
    { minute: 0, then: { good: 11, total: 13 }, now: { good: 11, total: 13 } },
    { minute: 1, then: { good: 12, total: 12 }, now: { good: 12, total: 12 } },
  ])
})

it('restates a minute that is compared again, and a cell once found beyond stays bad', async () => {
  const { pool } = services
  const first = await version({ from, to: from + minuteMs }, ['a'])
  await differs(first, { windowStart: from, key: 'a', speed: 2, batch: 1 })
  await countComparisons(pool, now)
  await version({ from, to: from + minuteMs }, ['a'])
  await countComparisons(pool, now)
  expect(await counted('correctness')).toEqual([
    { minute: 0, then: { good: 5, total: 6 }, now: { good: 5, total: 6 } },
  ])
  const third = await version({ from, to: from + minuteMs }, ['a', 'b'])
  await differs(third, { windowStart: from + 10_000, key: 'b', speed: 2, batch: 1 })
  await countComparisons(pool, now)
  expect(await counted('correctness')).toEqual([
    { minute: 0, then: { good: 5, total: 6 }, now: { good: 10, total: 12 } },
  ])
})

it('adds windows of a minute that are compared first to what was known then', async () => {
  const { pool } = services
  await version({ from, to: from + 30_000 }, ['a'])
  await countComparisons(pool, now)
  await version({ from: from + 30_000, to: from + minuteMs }, ['a'])
  await countComparisons(pool, now)
  expect(await counted('correctness')).toEqual([
    { minute: 0, then: { good: 6, total: 6 }, now: { good: 6, total: 6 } },
  ])
})

it('restates duplicates by those that batch found in what speed had counted', async () => {
  const { pool } = services
  await countDuplicates(pool, from)
  await pool.query('UPDATE speed_position SET events = 100, duplicate = 1')
  await countDuplicates(pool, from)
  const first = await version({ from, to: from + minuteMs }, ['a'])
  await differs(first, { windowStart: from, key: 'a', speed: 13, batch: 10, events: { duplicate: 3 } })
  await countComparisons(pool, now)
  expect(await counted('duplicates')).toEqual([
    { minute: 0, then: { good: 99, total: 100 }, now: { good: 96, total: 100 } },
  ])
})

it('restates the freshness of minutes whose events turned out to be missing, once', async () => {
  const { pool } = services
  await pool.query(
    `INSERT INTO sli_minute (pipeline, indicator, threshold, minute, source, traffic, good, total)
     SELECT 'p', 'freshness', 5000, m, 'web', 'real', 9, 10 FROM generate_series($1::bigint, $2::bigint, 60000) AS m`,
    [from, from + 2 * minuteMs],
  )
  await pool.query(
    `INSERT INTO hole (type, seq_from, seq_to, from_time, to_time, layer, reason) VALUES ('t', 1, 2, $1, $2, 'speed', 'lost')`,
    [from + minuteMs + 5, from + minuteMs + 10],
  )
  await restateHoles(pool, now)
  await restateHoles(pool, now)
  expect((await counted('freshness')).map(({ then, now: known }) => [then.good, known.good])).toEqual([
    [9, 9],
    [9, 0],
    [9, 9],
  ])
  const { rows } = await pool.query('SELECT 1 FROM sli_minute WHERE revision > 0')
  expect(rows).toHaveLength(1)
})
