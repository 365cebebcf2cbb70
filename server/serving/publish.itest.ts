import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { AppError, leaseTimes } from '../platform'
import { entriesInForce } from './publication-store'
import { publishVersions } from './publish'
import { readSeries } from './read-series'
import { readValues } from './read-values'
import { rollbackTo } from './rollback'
import { beginVersion, stageChunk } from './stage-version'
import { everything, filled, readAll, requestOf } from './testing/fixture'
import { origin, windowMs, type History } from './testing/history'
import { vacuum } from './vacuum'

let services: TestServices
let pool: Pool

beforeAll(async () => {
  services = await startTestServices()
  pool = services.pool
})
afterAll(() => services.stop())

describe('publishing', () => {
  it('[law 6] shows a reader one publication, never a mix, while versions are published and rolled back', async () => {
    const history = await filled(pool)
    // Two versions that disagree wherever they are mixed: one lacks every event.
    const full = await history.stage(everything, await history.rotate())
    const log = history.log.splice(0)
    const empty = await history.stage(everything, await history.rotate())
    history.log.push(...log)
    await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [full.id] }))
    let flips = 0
    const flipping = (async () => {
      await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [empty.id] }))
      for (; flips < 60; flips++) {
        const version = flips % 2 === 0 ? full.number : empty.number
        await inTransaction(pool, (c) => rollbackTo(c, { ...requestOf(history), target: { version } }))
      }
    })()
    const counts = new Map<number, Set<number>>()
    const read = async () => {
      while (flips < 60) {
        const { values, publication } = await readValues(pool, {
          ...history.target,
          limit: 1_000,
        })
        const count = values.reduce((sum, { measures }) => sum + Number(measures.trips), 0)
        counts.set(count, (counts.get(count) ?? new Set()).add(publication % 2))
      }
    }
    await Promise.all([flipping, read(), read(), read()])
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([0, 200])
    for (const publications of counts.values()) expect(publications.size).toBe(1)
  })

  it('[law 6] gives exactly the earlier answers after a rollback', async () => {
    const history = await filled(pool)
    const cut = await history.rotate()
    const first = await history.stage(everything, cut)
    await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [first.id] }))
    const before = await readAll(history, 1_000)
    history.log.splice(0, 50)
    const part = { from: everything.from, to: everything.from + 5 * windowMs }
    const second = await history.stage(part, await history.rotate())
    await inTransaction(pool, (c) => publishVersions(c, { ...requestOf(history), versionIds: [second.id] }))
    expect(await readAll(history, 1_000)).not.toEqual(before)
    await inTransaction(pool, (c) => rollbackTo(c, { ...requestOf(history), target: { publication: 1 } }))
    expect(await readAll(history, 1_000)).toEqual(before)
    expect(await entriesInForce(pool, history.computeId)).toMatchObject([
      { ...everything, versionId: first.id },
    ])
  })

  it('refuses when another publication came first, and changes nothing', async () => {
    const history = await filled(pool)
    const version = await history.stage(everything, await history.rotate())
    await expect(
      inTransaction(pool, (c) =>
        publishVersions(c, { ...requestOf(history), versionIds: [version.id], expectedPublication: 3 }),
      ),
    ).rejects.toMatchObject({ code: 'conflict', details: { changed: [{ expected: 3, found: 0 }] } })
    const check = () => Promise.reject(new AppError('conflict', 'fenced out'))
    await expect(
      inTransaction(pool, (c) =>
        publishVersions(c, { ...requestOf(history), versionIds: [version.id], check }),
      ),
    ).rejects.toThrow('fenced out')
    expect(await entriesInForce(pool, history.computeId)).toEqual([])
  })

  it('refuses a version twice, a version of another compute, and a rollback to what was never published', async () => {
    const history = await filled(pool)
    const other = await filled(pool)
    const version = await history.stage(everything, await history.rotate())
    const publish = (of: History, ids: number[]) =>
      inTransaction(pool, (c) => publishVersions(c, { ...requestOf(of), versionIds: ids }))
    await expect(publish(other, [version.id])).rejects.toMatchObject({ code: 'not_found' })
    const rollback = () =>
      inTransaction(pool, (c) =>
        rollbackTo(c, { ...requestOf(history), target: { version: version.number } }),
      )
    await expect(rollback()).rejects.toMatchObject({ code: 'conflict' })
    await publish(history, [version.id])
    await expect(publish(history, [version.id])).rejects.toMatchObject({ code: 'conflict' })
  })

  it('refuses a rollback to a version whose cells are gone', async () => {
    const history = await filled(pool)
    const versions = []
    for (let i = 0; i < 4; i++) {
      const version = await history.stage(everything, await history.rotate())
      await inTransaction(pool, (c) =>
        publishVersions(c, { ...requestOf(history), versionIds: [version.id] }),
      )
      versions.push(version)
    }
    await vacuum(pool, {
      computeId: history.computeId,
      definition: history.definition,
      clock: { now: Date.now },
    })
    const back = (version: number) =>
      inTransaction(pool, (c) => rollbackTo(c, { ...requestOf(history), target: { version } }))
    await expect(back(versions[0]?.number ?? 0)).rejects.toMatchObject({ code: 'gone' })
    await back(versions[2]?.number ?? 0)
  })
})

describe('the vacuum', () => {
  it('[law 5] removes superseded cells and buckets, and changes no answer', async () => {
    const history = await filled(pool)
    const later = { now: () => Date.now() + 10 * 86_400_000 }
    const read = async () => ({
      values: await readAll(history, 1_000),
      series: await readSeries(pool, {
        ...history.target,
        ...everything,
        layers: ['merged'],
      }),
    })
    for (let i = 0; i < 4; i++) {
      history.append({
        partition: 0,
        id: `x${i}`,
        time: origin + i * windowMs,
        key: 'x',
        miles: 1,
        fare: '1',
      })
      await history.catchUp()
      const version = await history.stage(everything, await history.rotate())
      await inTransaction(pool, (c) =>
        publishVersions(c, { ...requestOf(history), versionIds: [version.id] }),
      )
    }
    history.append({ partition: 1, id: 'y', time: origin, key: 'y', miles: 1, fare: '1' })
    await history.catchUp()
    const before = await read()
    const removed = await vacuum(pool, { ...history.vacuumed, clock: later })
    expect(removed).toMatchObject({ versions: 2, expiredRanges: 0 })
    expect(removed.cells).toBeGreaterThan(100)
    expect(removed.buckets).toBeGreaterThan(100)
    expect(await read()).toEqual(before)
    const again = await vacuum(pool, { ...history.vacuumed, clock: later })
    expect(again).toEqual({ versions: 0, cells: 0, buckets: 0, expiredRanges: 0 })
    const overlaid = await readSeries(pool, { ...history.target, ...everything })
    expect(overlaid.points.map(({ speed }) => speed)).toEqual(overlaid.points.map(() => null))
    // Without a version the windows would need the buckets that are gone.
    await expect(
      inTransaction(pool, (c) => rollbackTo(c, { ...requestOf(history), target: { publication: 0 } })),
    ).rejects.toMatchObject({ code: 'gone' })
    await inTransaction(pool, (c) => rollbackTo(c, { ...requestOf(history), target: { publication: 3 } }))
    await inTransaction(pool, (c) => rollbackTo(c, { ...requestOf(history), target: { publication: 4 } }))
    expect(await read()).toMatchObject({ values: before.values })
  })

  it('refuses to stage a version at a cut that is older than the buckets kept', async () => {
    const history = await filled(pool)
    const old = await history.rotate()
    for (let i = 0; i < 3; i++) {
      const version = await history.stage(everything, await history.rotate())
      await inTransaction(pool, (c) =>
        publishVersions(c, { ...requestOf(history), versionIds: [version.id] }),
      )
    }
    const later = { now: () => Date.now() + 10 * 86_400_000 }
    await vacuum(pool, { ...history.vacuumed, clock: later })
    await expect(history.stage(everything, old)).rejects.toMatchObject({ code: 'gone' })
  })
})

describe('staging', () => {
  it('keeps its rows, once they are written, no longer than a lease while it stands still', async () => {
    const history = await filled(pool)
    const cut = await history.rotate()
    const { computeId, definition } = history
    const resting = async (client: Pick<Pool, 'query'>) => {
      const { rows } = await client.query<{ ms: number }>(
        `SELECT setting::int AS ms FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'`,
      )
      return rows[0]?.ms
    }
    const ms = await inTransaction(pool, async (client) => {
      const begun = await beginVersion(client, {
        computeId,
        pipeline: definition.name,
        range: everything,
        cut,
        schemas: {},
        jobId: null,
        createdBy: 'test',
        reason: null,
      })
      await stageChunk(client, begun, { range: everything, lines: none() })
      return resting(client)
    })
    expect(ms).toBe(leaseTimes.leaseMs)
  })
})

async function* none(): AsyncGenerator<string> {
  // A chunk without a cell.
}
