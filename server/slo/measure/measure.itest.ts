import fc from 'fast-check'
import { afterAll, beforeEach, beforeAll, expect, it } from 'vitest'
import { inTransaction, openPool } from '../../clients'
import { startTestServices, type TestServices } from '../../clients/testing'
import type { Sli } from '../model'
import {
  hourMs,
  minuteMs,
  openRecorder,
  readMeasurements,
  readRollUpMark,
  readSliHours,
  readSliMinutes,
  restate,
  rollUpHours,
  sliceKind,
} from './index'

let services: TestServices
const start = Date.UTC(2026, 0, 1, 12)
let now = start
const clock = { now: () => now }
const latency: Sli = { pipeline: 'p', indicator: 'latency', threshold: 300 }

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

beforeEach(async () => {
  now = start
  await services.pool.query(
    `TRUNCATE measurement_minute, sli_minute, sli_hour, objective; DELETE FROM setting WHERE key = 'sli-hours'`,
  )
})

const recorder = (source: string) => openRecorder({ pool: services.pool, clock, source })
const minutes = (sli = latency) => readSliMinutes(services.pool, [sli], { from: 0, to: now + hourMs })

it('keeps what a killed process wrote, and its successor neither doubles nor replaces it', async () => {
  const its = openPool(services.databaseUrl)
  const killed = openRecorder({ pool: its, clock, source: 'web-1' })
  killed.record('p', 'latency', 100)
  killed.record('p', 'latency', 400)
  await killed.flush()
  killed.record('p', 'latency', 100)
  // Never stopped, and cut off: what was not flushed is lost with it.
  await its.end()
  const successor = recorder('web-2')
  successor.record('p', 'latency', 300)
  await successor.flush()
  await successor.flush()
  expect(await minutes()).toMatchObject([{ minute: start, then: { good: 2, total: 3 }, probe: 0 }])
  await successor.stop()
})

it('tells probes apart, and lets them stand in only where nobody read', async () => {
  const web = recorder('web')
  web.record('p', 'latency', 900, { traffic: 'probe' })
  web.record('p', 'latency', 100)
  now += minuteMs
  web.record('p', 'latency', 900, { traffic: 'probe' })
  await web.stop()
  expect(await minutes()).toMatchObject([
    { then: { good: 1, total: 1 }, probe: 0 },
    { then: { good: 0, total: 1 }, probe: 1 },
  ])
  const { points, total } = await readMeasurements(services.pool, {
    pipeline: 'p',
    indicator: 'latency',
    from: start,
    to: now + minuteMs,
  })
  expect(points.map(({ traffic, count, max }) => [traffic, count, max])).toEqual([
    ['real', 1, 100],
    ['probe', 1, 900],
  ])
  expect(total?.max).toBe(900)
})

it('counts at the thresholds that objectives ask for', async () => {
  await services.pool.query(
    `INSERT INTO objective (id, pipeline, source, version, spec) VALUES ('p.fast', 'p', 'console', 1, $1), ('p.slow', 'p', 'console', 1, $2)`,
    [{ sli: { ...latency, threshold: 50 } }, { sli: { ...latency, threshold: 500 } }],
  )
  const web = recorder('web')
  // The first read of the thresholds is under way.
  await expect
    .poll(async () => {
      web.record('p', 'latency', 60)
      await web.flush()
      return (await minutes({ ...latency, threshold: 50 })).length
    })
    .toBe(1)
  const [fast] = await minutes({ ...latency, threshold: 50 })
  const [slow] = await minutes({ ...latency, threshold: 500 })
  expect(fast?.then.good).toBe(0)
  expect(slow?.then.good).toBe(slow?.then.total)
  await web.stop()
})

it('keeps both figures of a minute that is restated, and says the same thing once', async () => {
  const web = recorder('web')
  web.record('p', 'latency', 1, { weight: 10 })
  await web.stop()
  const put = (good: number) =>
    inTransaction(services.pool, (client) =>
      restate(client, [{ ...latency, minute: start, good, total: 10, reason: 'a test' }]),
    )
  expect(await put(10)).toBe(0)
  expect(await put(4)).toBe(1)
  expect(await put(4)).toBe(0)
  expect(await put(3)).toBe(1)
  expect(await minutes()).toMatchObject([{ then: { good: 10, total: 10 }, now: { good: 3, total: 10 } }])
})

it('adds up hours to the plain sum of their minutes, and again when a minute of them is restated', async () => {
  const { pool } = services
  const spec = { sli: latency, budgeting: { method: 'timeslices', minutes: 5, target: 0.9 } }
  await pool.query(
    `INSERT INTO objective (id, pipeline, source, version, spec) VALUES ('p.latency', 'p', 'console', 1, $1)`,
    [spec],
  )
  const row = fc.record({
    minute: fc.integer({ min: 0, max: 179 }),
    source: fc.constantFrom('a', 'b'),
    traffic: fc.constantFrom('real', 'probe'),
    revision: fc.constantFrom(0, 0, 0, 1, 2),
    total: fc.integer({ min: 1, max: 50 }),
    share: fc.integer({ min: 0, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 120 }), async (drawn) => {
      await pool.query(`TRUNCATE sli_minute, sli_hour; DELETE FROM setting WHERE key = 'sli-hours'`)
      const rows = new Map(
        drawn.map((one) => {
          const restated = one.revision > 0
          const own = restated ? { ...one, source: 'batch', traffic: 'real' } : one
          return [`${own.minute} ${own.source} ${own.traffic} ${own.revision}`, own]
        }),
      )
      const insert = (some: readonly (PlainRow & { source: string })[]) =>
        pool.query(
          `INSERT INTO sli_minute (pipeline, indicator, threshold, minute, source, traffic, revision, good, total)
           SELECT 'p', 'latency', 300, * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])`,
          [
            some.map(({ minute }) => start + minute * minuteMs),
            some.map(({ source }) => source),
            some.map(({ traffic }) => traffic),
            some.map(({ revision }) => revision),
            some.map(({ share, total }) => Math.floor((total * share) / 4)),
            some.map(({ total }) => total),
          ],
        )
      const all = [...rows.values()]
      const first = all.filter(({ revision }) => revision === 0)
      const later = all.filter(({ revision }) => revision > 0)
      await insert(first)
      await rollUpHours(pool, start + 4 * hourMs)
      await insert(later)
      await rollUpHours(pool, start + 4 * hourMs)
      const hours = await readSliHours(pool, [latency], { from: start, to: start + 3 * hourMs })
      expect(hours.map(({ hour, then, now: known, slices }) => ({ hour, then, now: known, slices }))).toEqual(
        plainHours(all),
      )
    }),
    { numRuns: 25 },
  )
  expect((await readRollUpMark(pool)).upTo).toBe(start + 3 * hourMs)
})

interface PlainRow {
  minute: number
  traffic: string
  revision: number
  total: number
  share: number
}

function plainHours(rows: readonly PlainRow[]) {
  const good = ({ share, total }: PlainRow) => Math.floor((total * share) / 4)
  const add = (some: readonly PlainRow[]) => ({
    good: some.reduce((sum, row) => sum + good(row), 0),
    total: some.reduce((sum, { total }) => sum + total, 0),
  })
  const known = Array.from({ length: 180 }, (_, minute) => {
    const own = rows.filter((row) => row.minute === minute)
    const real = own.filter(({ revision, traffic }) => revision === 0 && traffic === 'real')
    const probes = own.filter(({ revision, traffic }) => revision === 0 && traffic === 'probe')
    const then = add(real.length > 0 ? real : probes)
    const last = Math.max(0, ...own.map(({ revision }) => revision))
    return { then, now: last === 0 ? then : add(own.filter(({ revision }) => revision === last)) }
  })
  const sum = (some: typeof known, which: 'then' | 'now') => ({
    good: some.reduce((total, minute) => total + minute[which].good, 0),
    total: some.reduce((total, minute) => total + minute[which].total, 0),
  })
  return [0, 1, 2].flatMap((hour) => {
    const own = known.slice(hour * 60, hour * 60 + 60)
    if (!rows.some(({ minute }) => Math.floor(minute / 60) === hour)) return []
    const slices = (which: 'then' | 'now') => {
      const sums = Array.from({ length: 12 }, (_, i) => sum(own.slice(i * 5, i * 5 + 5), which)).filter(
        ({ total }) => total > 0,
      )
      return { good: sums.filter(({ good: n, total }) => n / total >= 0.9).length, total: sums.length }
    }
    return [
      {
        hour: start + hour * hourMs,
        then: sum(own, 'then'),
        now: sum(own, 'now'),
        slices: { [sliceKind({ minutes: 5, target: 0.9 })]: { then: slices('then'), now: slices('now') } },
      },
    ]
  })
}
