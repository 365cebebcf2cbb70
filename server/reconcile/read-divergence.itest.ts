import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { publishVersions, rollbackTo, type Range } from '../serving'
import { History, origin, testDefinition, windowMs } from '../serving/testing/history'
import { readDivergence, totalDivergence } from './read-divergence'
import { readDivergenceGrid, readPipelinesGrid } from './read-divergence-grid'
import { readCauses, readHistogram, readOffenders, summariseDivergence } from './summarise-divergence'
import { storeComparison } from './testing-divergence'

const start = origin - (origin % windowMs)
const windows = 20
const range: Range = { from: start, to: start + windows * windowMs }
const at = (window: number) => start + window * windowMs

let services: TestServices
let pool: Pool
let history: History
let first: { id: number }

/** Twenty windows of keys k0 to k6, the first ten compared and published. */
beforeAll(async () => {
  services = await startTestServices()
  pool = services.pool
  history = await new History(
    pool,
    testDefinition({ name: 'trips', batch: { everyMs: 300_000, reconcile: 'auto', tolerance: 0.01 } }),
    1,
  ).create()
  for (let i = 0; i < windows * 7; i++)
    history.append({
      partition: 0,
      id: `e${i}`,
      time: at(Math.floor(i / 7)),
      key: `k${i % 7}`,
      miles: 100 + i,
      fare: '1',
    })
  await history.catchUp()
  first = await history.stage({ from: at(0), to: at(10) }, await history.rotate())
  await compare(first.id, [
    {
      windowStart: at(2),
      key: 'k3',
      speed: '95',
      batch: '100',
      relative: 0.05,
      causes: { late: '-5' },
      mainCause: 'late',
    },
    {
      windowStart: at(2),
      key: 'k1',
      speed: '110',
      batch: '100',
      relative: 0.1,
      causes: { late: '-1', duplicate: '11' },
      mainCause: 'duplicate',
    },
    {
      windowStart: at(4),
      key: 'k3',
      speed: '999',
      batch: '1000',
      relative: 0.001,
      causes: { drift: '-1' },
      mainCause: 'drift',
    },
    {
      windowStart: at(9),
      key: 'k5',
      speed: '1',
      batch: '2',
      relative: 0.5,
      causes: { late: '-1' },
      mainCause: 'late',
      state: 'in_flight',
    },
  ])
  await publish([first.id])
})
afterAll(() => services.stop())

type Rows = Parameters<typeof storeComparison>[2]
const compare = (id: number, rows: Omit<Rows[number], 'measure'>[]) =>
  storeComparison(
    pool,
    { id, computeId: history.computeId },
    rows.map((row) => ({ measure: 'miles', ...row })),
  )
const publish = (versionIds: number[]) =>
  inTransaction(pool, (client) =>
    publishVersions(client, {
      computeId: history.computeId,
      versionIds,
      actor: 'test',
      reason: null,
      jobId: null,
    }),
  )
const query = () => ({ ...history.target, ...range, measure: 'miles' })
const kinds = (packed: { kinds: string }) => new Uint8Array(Buffer.from(packed.kinds, 'base64'))

describe('reading divergence', () => {
  it('pages through the cells in order, each once, with amounts that add up', async () => {
    const cells = []
    let cursor: string | undefined
    do {
      const page = await readDivergence(pool, { ...query(), limit: 1, cursor })
      cells.push(...page.cells)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(cells.map(({ windowStart, key, state }) => [windowStart, key, state])).toEqual([
      [at(2), 'k1', 'corrected'],
      [at(2), 'k3', 'corrected'],
      [at(4), 'k3', 'corrected'],
      [at(9), 'k5', 'in_flight'],
    ])
    for (const { difference, causes } of cells)
      expect(Object.values(causes).reduce<number>((sum, n) => sum + Number(n), 0)).toBe(difference)
  })

  it('takes a cause by its part, not only where it is the main one', async () => {
    const late = await readDivergence(pool, { ...query(), cause: 'late' })
    expect(late.cells.map(({ key, mainCause }) => [key, mainCause])).toEqual([
      ['k1', 'duplicate'],
      ['k3', 'late'],
      ['k5', 'late'],
    ])
  })

  it('refuses a cursor of another query, an unknown measure and a reversed range', async () => {
    const { nextCursor } = await readDivergence(pool, { ...query(), limit: 1 })
    await expect(
      readDivergence(pool, { ...query(), cause: 'late', cursor: nextCursor ?? '' }),
    ).rejects.toThrow(/not given out for this query/)
    await expect(readDivergence(pool, { ...query(), measure: 'mils' })).rejects.toThrow(/It has trips, miles/)
    await expect(readDivergence(pool, { ...query(), to: range.from })).rejects.toThrow(/not before to/)
  })

  it('totals a selection exactly, in-flight cells apart', async () => {
    expect(await totalDivergence(pool, { ...query(), keys: ['k1', 'k3', 'k5'] })).toEqual({
      differing: 3,
      beyond: 2,
      inFlight: 1,
      drifting: 1,
      difference: 4,
    })
  })

  it('draws the worst keys first, which cells there are, and what awaits batch', async () => {
    const grid = await readDivergenceGrid(pool, { ...query(), sort: 'worst' })
    expect(grid.keys).toEqual(['k1', 'k3', 'k0', 'k2', 'k4', 'k5', 'k6'])
    expect(grid).toMatchObject({ cols: windows, stepMs: windowMs, totalKeys: 7, boundary: at(10) })
    const cells = kinds(grid)
    expect([...cells.subarray(windows, windows * 2)]).toEqual([
      1,
      1,
      2,
      1,
      2,
      ...Array<number>(5).fill(1),
      ...Array<number>(10).fill(0),
    ])
    const columns = new Uint8Array(Buffer.from(grid.columns, 'base64'))
    expect([...columns.subarray(10)]).toEqual(Array(10).fill(2))
  })

  it.each([
    ['key', ['k0', 'k1', 'k2']],
    ['amount', ['k1', 'k3', 'k0']],
    ['cells', ['k1', 'k3', 'k0']],
  ] as const)('orders the rows by %s', async (sort, expected) => {
    const grid = await readDivergenceGrid(pool, { ...query(), sort })
    expect(grid.keys.slice(0, 3)).toEqual(expected)
  })

  it('groups windows where the range has more of them than columns', async () => {
    const long = await readDivergenceGrid(pool, {
      ...query(),
      to: at(windows * 100),
      sort: 'worst',
    })
    expect(long.cols).toBeLessThanOrEqual(720)
    expect(long.stepMs % windowMs).toBe(0)
    expect(long.stepMs).toBeGreaterThan(windowMs)
    expect(long.differing).toBeGreaterThan(0)
  })

  it('sums up what the heatmap shows', async () => {
    const summary = await summariseDivergence(pool, query())
    expect(summary).toMatchObject({
      compared: { cells: 70, keys: 7, windows: 10 },
      differing: 3,
      beyond: 2,
      drifting: 1,
      open: 0,
      inFlight: 1,
      byCause: { late: 1, duplicate: 1, drift: 1, hole: 0 },
      largest: { key: 'k1', speed: 110, batch: 100, relative: 0.1 },
      awaiting: { cells: 70, isMore: false },
      boundary: at(10),
    })
    const histogram = await readHistogram(pool, query())
    expect(histogram.bins.reduce((n, { cells }) => n + cells, 0)).toBe(70)
    expect(histogram.bins.filter(({ cells }) => cells > 0)).toEqual([
      { upTo: 0, cells: 67 },
      { upTo: 1e-3, cells: 1 },
      { upTo: 0.1, cells: 2 },
    ])
    const [worst] = await readOffenders(pool, query(), 5)
    expect(worst).toMatchObject({
      key: 'k1',
      beyond: 1,
      largest: 0.1,
      difference: 10,
      mainCause: 'duplicate',
    })
    const { buckets } = await readCauses(pool, query())
    expect(buckets.filter(({ cause }) => cause === 'late')).toEqual([
      { at: at(2), cause: 'late', cells: 1, amount: -6 },
    ])
  })

  it('shows pipelines over time with their largest error', async () => {
    const grid = await readPipelinesGrid(pool, [history.target], range)
    expect(grid.rows).toHaveLength(1)
    expect(grid.rows[0]?.worst[0]?.what).toBe('k1, miles')
  })

  it('is open again after a rollback to before the version that found it, and corrected by the next', async () => {
    await inTransaction(pool, (client) =>
      rollbackTo(client, {
        computeId: history.computeId,
        target: { publication: 0 },
        actor: 'test',
        reason: 'why',
        jobId: null,
      }),
    )
    const states = async () =>
      (await readDivergence(pool, query())).cells.map(({ key, state }) => `${key} ${state}`)
    expect(await states()).toEqual(['k1 open', 'k3 open', 'k3 open', 'k5 in_flight'])
    const second = await history.stage({ from: at(0), to: at(10) }, await history.rotate())
    await compare(second.id, [])
    await publish([second.id])
    expect(await states()).toEqual(['k1 corrected', 'k3 corrected', 'k3 corrected'])
  })

  it('counts a staged version only while a proposal with it waits', async () => {
    const staged = await history.stage({ from: at(10), to: at(12) }, await history.rotate())
    await compare(staged.id, [
      {
        windowStart: at(11),
        key: 'k0',
        speed: '1',
        batch: '3',
        relative: 0.67,
        causes: { hole: '-2' },
        mainCause: 'hole',
      },
    ])
    const later = { ...query(), from: at(10) }
    expect((await readDivergence(pool, later)).cells).toEqual([])
    await pool.query(
      `INSERT INTO plan (kind, pipeline, request, items, expected, blast_radius, estimate, created_by, expires_at, is_proposal, preview)
       VALUES ('reconcile', 'trips', '{}', '[]', '{}', '{}', '{}', 'schedule', now() + interval '1 day', true, $1::jsonb)`,
      [JSON.stringify({ status: 'ready', versionIds: [staged.id] })],
    )
    expect((await readDivergence(pool, later)).cells.map(({ key, state }) => [key, state])).toEqual([
      ['k0', 'open'],
    ])
    expect((await summariseDivergence(pool, later)).open).toBe(1)
  })
})
