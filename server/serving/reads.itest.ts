import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { publishVersions } from './publish'
import { readSeries } from './read-series'
import { readTopKeys } from './read-top-keys'
import { readValues } from './read-values'
import { everything, filled, readAll, requestOf, shown } from './testing/fixture'
import { origin, testDefinition, windowMs } from './testing/history'
import { expectedCells, measuresOf } from './testing/oracle'

let services: TestServices
let pool: Pool

beforeAll(async () => {
  services = await startTestServices()
  pool = services.pool
})
afterAll(() => services.stop())

describe('reading values', () => {
  it('pages through every cell once, in order, and goes on in the new publication when one comes between', async () => {
    const history = await filled(pool)
    const whole = await readAll(history, 1_000)
    expect(await readAll(history, 7)).toEqual(whole)
    const first = await readValues(pool, { ...history.target, limit: 10 })
    expect(first.publicationChangedFrom).toBeNull()
    const version = await history.stage(everything, await history.rotate())
    await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [version.id] }))
    const rest = await readValues(pool, {
      ...history.target,
      limit: 10,
      cursor: first.nextCursor ?? '',
    })
    expect(rest).toMatchObject({ publicationChangedFrom: 0, publication: 1 })
    expect(rest.values.map(({ windowStart, key }) => [windowStart, key])).toEqual(
      whole.slice(10, 20).map(({ windowStart, key }) => [windowStart, key]),
    )
    expect(rest.values[0]).toMatchObject({
      completeness: 'complete',
      provenance: { version: version.number, cut: { epoch: 0 } },
    })
  })

  it('answers for a range, a key and a measure', async () => {
    const history = await filled(pool)
    const from = everything.from + 2 * windowMs
    const { values } = await readValues(pool, {
      ...history.target,
      from,
      to: from + 2 * windowMs,
      key: 'k3',
      measure: 'miles',
    })
    const expected = expectedCells(history, [], new Map()).filter(
      (cell) => cell.key === 'k3' && cell.windowStart >= from && cell.windowStart < from + 2 * windowMs,
    )
    expect(values.map(({ windowStart, measures }) => ({ windowStart, measures }))).toEqual(
      expected.map(({ windowStart, measures }) => ({ windowStart, measures: { miles: measures.miles } })),
    )
  })

  it('refuses a reversed range naming both ends, a forged cursor, an unknown measure and absurd limits', async () => {
    const history = await filled(pool)
    const query = { ...history.target }
    await expect(readValues(pool, { ...query, from: 2_000, to: 1_000 })).rejects.toThrow(
      /1970-01-01T00:00:02.000Z.*1970-01-01T00:00:01.000Z/,
    )
    const { nextCursor } = await readValues(pool, { ...query, limit: 1 })
    for (const bad of [
      { cursor: 'forged' },
      { cursor: nextCursor ?? '', key: 'k1' },
      { measure: 'nope' },
      { limit: 0 },
      { limit: 1_001 },
      { limit: 1.5 },
      { from: Number.NaN },
      { key: 'a\0b' },
    ]) {
      await expect(readValues(pool, { ...query, ...bad }), JSON.stringify(bad)).rejects.toMatchObject({
        code: 'bad_request',
      })
    }
  })

  it('[law 5] says partial under a hole, and heals once a version reads past it', async () => {
    const history = await filled(pool)
    await pool.query(
      `INSERT INTO hole (type, partition, seq_from, seq_to, from_time, to_time, layer, reason)
       VALUES ($1, 0, 11, 13, $2, $3, 'speed', 'test')`,
      [history.definition.eventType, origin + 10_000, origin + 12_000],
    )
    const completeness = async () =>
      new Set(
        (await readAll(history, 1_000))
          .filter(
            ({ windowStart }) => windowStart <= origin + 12_000 && windowStart + windowMs > origin + 10_000,
          )
          .map((value) => value.completeness),
      )
    try {
      expect(await completeness()).toEqual(new Set(['partial']))
      const version = await history.stage(everything, await history.rotate())
      await inTransaction(pool, (c) =>
        publishVersions(c, { ...requestOf(history), versionIds: [version.id] }),
      )
      expect(await completeness()).toEqual(new Set(['complete']))
    } finally {
      await pool.query('DELETE FROM hole')
    }
  })

  it('gives the figures of the publication in force at an instant, and says unavailable where there are none', async () => {
    const history = await filled(pool)
    const first = await history.stage(everything, await history.rotate())
    await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [first.id] }))
    const before = await readAll(history, 1_000)
    const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at')
    const asOf = (rows[0]?.at.getTime() ?? 0) + 1
    await new Promise((resolve) => setTimeout(resolve, 5))
    history.log.splice(0, 50)
    const second = await history.stage(everything, await history.rotate())
    await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [second.id] }))
    const query = { ...history.target, limit: 1_000 }
    const then = await readValues(pool, { ...query, asOf })
    expect(shown(then.values)).toEqual(shown(before))
    expect(then).toMatchObject({ publicationAsOf: 1, publication: 2 })
    const never = await readValues(pool, { ...query, asOf: 0 })
    expect(never.values.length).toBeGreaterThan(0)
    for (const { completeness, measures } of never.values) {
      expect(completeness).toBe('unavailable')
      expect(new Set(Object.values(measures))).toEqual(new Set([null]))
    }
  })
})

describe('reading series', () => {
  it('tells both layers and groups windows when there are more than may be shown', async () => {
    const history = await filled(pool)
    const version = await history.stage(
      { ...everything, to: everything.from + 10 * windowMs },
      await history.rotate(),
    )
    await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [version.id] }))
    const query = { ...history.target, from: everything.from, to: everything.to }
    const fine = await readSeries(pool, query)
    expect(fine).toMatchObject({
      stepMs: windowMs,
      grouped: false,
      boundary: everything.from + 10 * windowMs,
    })
    for (const point of fine.points) {
      const covered = point.windowStart < everything.from + 10 * windowMs
      expect(point.completeness).toBe(covered ? 'complete' : 'provisional')
      expect(point.speed?.trips).toBe(point.merged.trips)
      expect(point.batch?.trips ?? null).toBe(covered ? point.merged.trips : null)
      const events = history.log.filter(({ time }) => time >= point.windowStart && time < point.windowEnd)
      expect(point.merged).toMatchObject(measuresOf(events))
    }
    const coarse = await readSeries(pool, { ...query, maxPoints: 5 })
    expect(coarse.grouped).toBe(true)
    expect(coarse.points.length).toBeLessThanOrEqual(5)
    for (const { windowStart, windowEnd, merged } of coarse.points) {
      const events = history.log.filter(({ time }) => time >= windowStart && time < windowEnd)
      expect(merged).toMatchObject(measuresOf(events))
    }
  })
})

describe('totals of exact measures alone, which are added up where the cells lie', () => {
  it('are those told with the sketches, by window, by key and by both', async () => {
    const exact = testDefinition().measures.filter(({ kind }) => kind !== 'distinct' && kind !== 'quantile')
    const both = await Promise.all([filled(pool), filled(pool, 3, { measures: exact })])
    for (const history of both) {
      const version = await history.stage(
        { ...everything, to: everything.from + 10 * windowMs },
        await history.rotate(),
      )
      await inTransaction(pool, (c) =>
        publishVersions(c, { ...requestOf(history), versionIds: [version.id] }),
      )
    }
    const [sketched, plain] = both
    const names = exact.map(({ name }) => name)
    const of = (cell: Record<string, unknown> | null) => cell && names.map((name) => cell[name])
    for (const change of [{}, { key: 'k3' }, { maxPoints: 5 }]) {
      const [a, b] = await Promise.all(
        [sketched, plain].map((history) => readSeries(pool, { ...history.target, ...everything, ...change })),
      )
      const shown = a?.points.map(({ windowStart, merged, batch, speed, completeness }) => [
        ...[windowStart, completeness, of(merged), of(batch), of(speed)],
      ])
      expect(shown?.length).toBeGreaterThan(0)
      expect(
        b?.points.map(({ windowStart, merged, batch, speed, completeness }) => [
          ...[windowStart, completeness, of(merged), of(batch), of(speed)],
        ]),
      ).toEqual(shown)
    }
    for (const measure of names) {
      const [a, b] = await Promise.all(
        [sketched, plain].map((history) => readTopKeys(pool, { ...history.target, ...everything, measure })),
      )
      const shown = a?.keys.map((key) => ({ ...key, measures: of(key.measures) }))
      expect(shown?.length).toBe(7)
      expect(b?.keys.map((key) => ({ ...key, measures: of(key.measures) }))).toEqual(shown)
      expect(b?.total).toBe(a?.total)
    }
  })
})

describe('top keys', () => {
  it('are ordered by the merged figure, with what batch and speed say of the covered windows', async () => {
    const history = await filled(pool)
    const half = { ...everything, to: everything.from + 10 * windowMs }
    const version = await history.stage(half, await history.rotate())
    await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [version.id] }))
    const totals = new Map<string, number>()
    for (const { key, miles } of history.log) totals.set(key, (totals.get(key) ?? 0) + miles)
    const expected = [...totals].sort((a, b) => b[1] - a[1]).slice(0, 3)
    const query = { ...history.target, ...everything, limit: 3 }
    const { keys, total } = await readTopKeys(pool, { ...query, measure: 'miles' })
    expect(keys.map(({ key, value }) => [key, value])).toEqual(expected)
    expect(total).toBe(7)
    const sum = [...totals.values()].reduce((a, b) => a + b, 0)
    for (const { key, batch, speed, difference, share, value, completeness } of keys) {
      const covered = history.log.filter((e) => e.key === key && e.time < half.to)
      const miles = covered.reduce((a, e) => a + e.miles, 0)
      expect({ batch, speed, difference, completeness }).toEqual({
        batch: miles,
        speed: miles,
        difference: 0,
        completeness: 'provisional',
      })
      expect(share).toBeCloseTo(Number(value) / sum)
    }
    for (const measure of ['average', 'shortest', 'longest', 'fares', 'median']) {
      const answer = await readTopKeys(pool, { ...query, measure })
      expect(answer.keys).toHaveLength(3)
      const figures = answer.keys.map(({ value }) => Number(value))
      expect(figures).toEqual([...figures].sort((a, b) => b - a))
      expect(answer.approximate).toBe(measure === 'fares' || measure === 'median')
    }
    await expect(readTopKeys(pool, { ...query, measure: 'nope' })).rejects.toMatchObject({
      code: 'bad_request',
    })
  })
})
