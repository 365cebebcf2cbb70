import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { AppError } from '../platform'
import type { Cut } from './cut'
import { applyFlip, flipTo, type MapEntry } from './publication'
import { entriesInForce } from './publication-store'
import { publishVersions } from './publish'
import { readSeries } from './read-series'
import { readValues, type ValueCell } from './read-values'
import { rollbackTo } from './rollback'
import { History, origin, testDefinition, windowMs } from './testing/history'
import { expectedCells, measuresOf } from './testing/oracle'
import { vacuum } from './vacuum'

let services: TestServices
let pool: Pool
let made = 0

beforeAll(async () => {
  services = await startTestServices()
  pool = services.pool
})
afterAll(() => services.stop())

const randomOf = (seed: number) => {
  let state = seed * 2654435761 + 1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

async function readAll(history: History, limit: number): Promise<ValueCell[]> {
  const values: ValueCell[] = []
  let cursor: string | undefined
  do {
    const page = await readValues(pool, {
      compute: history.compute,
      compiled: history.compiled,
      limit,
      cursor,
    })
    values.push(...page.values)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return values
}

const shown = (values: readonly ValueCell[]) =>
  values.map(({ windowStart, key, measures, completeness }) => {
    const exact = { ...measures }
    delete exact['median']
    return { windowStart, key, measures: exact, complete: completeness === 'complete' }
  })

/** Drives one random history, and compares what is served with the oracle after every change. */
async function runHistory(seed: number, beyond: 'defer' | 'include'): Promise<number> {
  const random = randomOf(seed)
  const below = (n: number) => Math.floor(random() * n)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  const definition = testDefinition({
    name: `trips-${++made}`,
    lateness: { outOfOrderMs: pick([0, 3_000]), allowedMs: pick([0, 5_000]), beyond },
  })
  const history = await new History(pool, definition, 1 + below(3)).create()
  const cuts = new Map<number, Cut>()
  const maps: MapEntry[][] = [[]]
  const staged: { id: number; number: number; from: number; to: number }[] = []
  const numbers = new Map<number, { number: number; from: number; to: number }>()
  let publication = 0
  let vacuumed = false
  let time = origin
  let checks = 0

  const flip = async (next: MapEntry[], run: () => Promise<{ publication: number }>) => {
    try {
      publication = (await run()).publication
      maps[publication] = next
    } catch (error) {
      expect(error).toBeInstanceOf(AppError)
      expect(vacuumed, String(error)).toBe(true)
    }
  }
  const map = () => maps[publication] ?? []
  const request = { computeId: history.computeId, actor: 'test', reason: null, jobId: null }

  for (let i = 0; i < 90; i++) {
    const action = random()
    if (action < 0.3) {
      for (let n = below(6); n >= 0; n--) {
        time += below(4_000)
        const repeated = history.log.length > 0 && random() < 0.15 ? pick(history.log) : null
        const late = random() < 0.2 ? below(60_000) : below(4_000)
        history.append({
          partition: repeated?.partition ?? below(history.partitions),
          id: repeated?.id ?? `e${history.log.length}`,
          time: repeated !== null && random() < 0.5 ? repeated.time : time - late,
          key: pick(['a', 'b', 'Ü\\t', '']),
          miles: below(20) - 3,
          fare: String(below(6)),
        })
      }
    } else if (action < 0.6) await history.step(below(history.partitions), 1 + below(5))
    else if (action < 0.75) await history.commit(below(history.partitions))
    else if (action < 0.78) history.crash(below(history.partitions))
    else if (action < 0.86) {
      const cut = await history.rotate()
      const from = origin - 8 * windowMs + below(14) * windowMs
      const range =
        random() < 0.4
          ? { from: origin - 1e6, to: time + 1e6 }
          : { from, to: from + (1 + below(9)) * windowMs }
      range.from = Math.floor(range.from / windowMs) * windowMs
      range.to = Math.ceil(range.to / windowMs) * windowMs
      const { id, number } = await history.stage(range, cut)
      cuts.set(id, cut)
      staged.push({ id, number, ...range })
    } else if (action < 0.92 && staged.length > 0) {
      const [version] = staged.splice(below(staged.length), 1)
      if (version === undefined) continue
      numbers.set(version.id, version)
      const entry = { from: version.from, to: version.to, versionId: version.id }
      await flip(applyFlip(map(), flipTo(map(), [entry])), () =>
        inTransaction(pool, (client) => publishVersions(client, { ...request, versionIds: [version.id] })),
      )
    } else if (action < 0.95 && numbers.size > 0) {
      const [id, version] = pick([...numbers])
      const entry = { from: version.from, to: version.to, versionId: id }
      await flip(applyFlip(map(), flipTo(map(), [entry])), () =>
        inTransaction(pool, (client) =>
          rollbackTo(client, { ...request, target: { version: version.number } }),
        ),
      )
    } else if (action < 0.97) {
      const target = below(publication + 1)
      await flip(maps[target] ?? [], () =>
        inTransaction(pool, (client) => rollbackTo(client, { ...request, target: { publication: target } })),
      )
    } else if (i > 45) {
      vacuumed = true
      await vacuum(pool, {
        computeId: history.computeId,
        definition,
        clock: { now: () => Date.now() + 10 * 86_400_000 },
      })
    }
    if (action >= 0.6) {
      const values = await readAll(history, pick([5, 1_000, 1_000]))
      expect(shown(values), `seed ${seed} ${beyond} step ${i}`).toEqual(expectedCells(history, map(), cuts))
      checks++
    }
  }
  const series = await readSeries(pool, {
    compute: history.compute,
    compiled: history.compiled,
    from: origin - 1e6,
    to: time + 1e6,
  })
  const totals = new Map<number, number>()
  for (const { windowStart, measures } of expectedCells(history, map(), cuts)) {
    totals.set(windowStart, (totals.get(windowStart) ?? 0) + Number(measures['miles']))
  }
  expect(
    new Map(
      series.points.flatMap((p) => (p.merged['miles'] === null ? [] : [[p.windowStart, p.merged['miles']]])),
    ),
  ).toEqual(totals)
  return checks
}

// More on request: PARALLAX_HISTORIES=500.
const histories = Number(process.env['PARALLAX_HISTORIES'] ?? 12)

describe('the merge on random histories', () => {
  it.each(['defer', 'include'] as const)(
    '[law 5] serves at every checkpoint what the version and the speed view have accepted (%s)',
    async (beyond) => {
      let checks = 0
      for (let seed = 1; seed <= histories; seed++) checks += await runHistory(seed, beyond)
      expect(checks).toBeGreaterThan(15 * histories)
    },
  )
})

async function filled(partitions = 2): Promise<History> {
  const history = await new History(pool, testDefinition({ name: `trips-${++made}` }), partitions).create()
  for (let i = 0; i < 200; i++) {
    history.append({
      partition: i % partitions,
      id: `e${i}`,
      time: origin + i * 1_000,
      key: `k${i % 7}`,
      miles: i,
      fare: String(i % 5),
    })
  }
  await history.catchUp()
  return history
}

const everything = {
  from: origin - (origin % windowMs) - windowMs,
  to: origin - (origin % windowMs) + 100 * windowMs,
}
const request = (history: History) => ({
  computeId: history.computeId,
  actor: 'test',
  reason: 'why',
  jobId: null,
})

describe('publishing', () => {
  it('[law 6] shows a reader one publication, never a mix, while versions are published and rolled back', async () => {
    const history = await filled()
    // Two versions that disagree wherever they are mixed: one lacks every event.
    const full = await history.stage(everything, await history.rotate())
    const log = history.log.splice(0)
    const empty = await history.stage(everything, await history.rotate())
    history.log.push(...log)
    await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [full.id] }))
    let flips = 0
    const flipping = (async () => {
      await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [empty.id] }))
      for (; flips < 60; flips++) {
        const version = flips % 2 === 0 ? full.number : empty.number
        await inTransaction(pool, (c) => rollbackTo(c, { ...request(history), target: { version } }))
      }
    })()
    const counts = new Map<number, Set<number>>()
    const read = async () => {
      while (flips < 60) {
        const { values, publication } = await readValues(pool, {
          ...history,
          compute: history.compute,
          limit: 1_000,
        })
        const count = values.reduce((sum, { measures }) => sum + Number(measures['trips']), 0)
        counts.set(count, (counts.get(count) ?? new Set()).add(publication % 2))
      }
    }
    await Promise.all([flipping, read(), read(), read()])
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([0, 200])
    for (const publications of counts.values()) expect(publications.size).toBe(1)
  })

  it('[law 6] gives exactly the earlier answers after a rollback', async () => {
    const history = await filled()
    const cut = await history.rotate()
    const first = await history.stage(everything, cut)
    await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [first.id] }))
    const before = await readAll(history, 1_000)
    history.log.splice(0, 50)
    const part = { from: everything.from, to: everything.from + 5 * windowMs }
    const second = await history.stage(part, await history.rotate())
    await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [second.id] }))
    expect(await readAll(history, 1_000)).not.toEqual(before)
    await inTransaction(pool, (c) => rollbackTo(c, { ...request(history), target: { publication: 1 } }))
    expect(await readAll(history, 1_000)).toEqual(before)
    expect(await entriesInForce(pool, history.computeId)).toMatchObject([
      { ...everything, versionId: first.id },
    ])
  })

  it('refuses when another publication came first, and changes nothing', async () => {
    const history = await filled()
    const version = await history.stage(everything, await history.rotate())
    await expect(
      inTransaction(pool, (c) =>
        publishVersions(c, { ...request(history), versionIds: [version.id], expectedPublication: 3 }),
      ),
    ).rejects.toMatchObject({ code: 'conflict', details: { changed: [{ expected: 3, found: 0 }] } })
    const check = () => Promise.reject(new AppError('conflict', 'fenced out'))
    await expect(
      inTransaction(pool, (c) =>
        publishVersions(c, { ...request(history), versionIds: [version.id], check }),
      ),
    ).rejects.toThrow('fenced out')
    expect(await entriesInForce(pool, history.computeId)).toEqual([])
  })

  it('refuses a version twice, a version of another compute, and a rollback to what was never published', async () => {
    const history = await filled()
    const other = await filled()
    const version = await history.stage(everything, await history.rotate())
    const publish = (of: History, ids: number[]) =>
      inTransaction(pool, (c) => publishVersions(c, { ...request(of), versionIds: ids }))
    await expect(publish(other, [version.id])).rejects.toMatchObject({ code: 'not_found' })
    const rollback = () =>
      inTransaction(pool, (c) => rollbackTo(c, { ...request(history), target: { version: version.number } }))
    await expect(rollback()).rejects.toMatchObject({ code: 'conflict' })
    await publish(history, [version.id])
    await expect(publish(history, [version.id])).rejects.toMatchObject({ code: 'conflict' })
  })

  it('refuses a rollback to a version whose cells are gone', async () => {
    const history = await filled()
    const versions = []
    for (let i = 0; i < 4; i++) {
      const version = await history.stage(everything, await history.rotate())
      await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [version.id] }))
      versions.push(version)
    }
    await vacuum(pool, {
      computeId: history.computeId,
      definition: history.definition,
      clock: { now: Date.now },
    })
    const back = (version: number) =>
      inTransaction(pool, (c) => rollbackTo(c, { ...request(history), target: { version } }))
    await expect(back(versions[0]?.number ?? 0)).rejects.toMatchObject({ code: 'gone' })
    await back(versions[2]?.number ?? 0)
  })
})

describe('reading values', () => {
  it('pages through every cell once, in order, and goes on in the new publication when one comes between', async () => {
    const history = await filled()
    const whole = await readAll(history, 1_000)
    expect(await readAll(history, 7)).toEqual(whole)
    const first = await readValues(pool, { ...history, compute: history.compute, limit: 10 })
    expect(first.publicationChangedFrom).toBeNull()
    const version = await history.stage(everything, await history.rotate())
    await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [version.id] }))
    const rest = await readValues(pool, {
      ...history,
      compute: history.compute,
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
    const history = await filled()
    const from = everything.from + 2 * windowMs
    const { values } = await readValues(pool, {
      ...history,
      compute: history.compute,
      from,
      to: from + 2 * windowMs,
      key: 'k3',
      measure: 'miles',
    })
    const expected = expectedCells(history, [], new Map()).filter(
      (cell) => cell.key === 'k3' && cell.windowStart >= from && cell.windowStart < from + 2 * windowMs,
    )
    expect(values.map(({ windowStart, measures }) => ({ windowStart, measures }))).toEqual(
      expected.map(({ windowStart, measures }) => ({ windowStart, measures: { miles: measures['miles'] } })),
    )
  })

  it('refuses a reversed range naming both ends, a forged cursor, an unknown measure and absurd limits', async () => {
    const history = await filled()
    const query = { ...history, compute: history.compute }
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
    const history = await filled()
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
      await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [version.id] }))
      expect(await completeness()).toEqual(new Set(['complete']))
    } finally {
      await pool.query('DELETE FROM hole')
    }
  })

  it('gives the figures of the publication in force at an instant, and says unavailable where there are none', async () => {
    const history = await filled()
    const first = await history.stage(everything, await history.rotate())
    await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [first.id] }))
    const before = await readAll(history, 1_000)
    const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at')
    const asOf = (rows[0]?.at.getTime() ?? 0) + 1
    await new Promise((resolve) => setTimeout(resolve, 5))
    history.log.splice(0, 50)
    const second = await history.stage(everything, await history.rotate())
    await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [second.id] }))
    const query = { ...history, compute: history.compute, limit: 1_000 }
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
    const history = await filled()
    const version = await history.stage(
      { ...everything, to: everything.from + 10 * windowMs },
      await history.rotate(),
    )
    await inTransaction(pool, (c) => publishVersions(c, { ...request(history), versionIds: [version.id] }))
    const query = { ...history, compute: history.compute, from: everything.from, to: everything.to }
    const fine = await readSeries(pool, query)
    expect(fine).toMatchObject({
      stepMs: windowMs,
      grouped: false,
      boundary: everything.from + 10 * windowMs,
    })
    for (const point of fine.points) {
      const covered = point.windowStart < everything.from + 10 * windowMs
      expect(point.completeness).toBe(covered ? 'complete' : 'provisional')
      expect(point.speed?.['trips']).toBe(point.merged['trips'])
      expect(point.batch?.['trips'] ?? null).toBe(covered ? point.merged['trips'] : null)
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
