import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leaseTimes } from '../../server/platform'
import { productPids } from '../product/processes'
import { until, type Product } from '../product/start-product'
import { exact } from './campaign'
import { definePipelines, served } from './pipelines'
import { report, seedOf } from './report'
import { flowing, type Producer } from './start-producer'
import {
  endProducers,
  killWhole,
  openSharedStores,
  readHoldings,
  sharesOf,
  startProducers,
  underHostName,
  type SharedStores,
} from './two-copies'

const seed = seedOf()
const patienceMs = 120_000

describe('two whole copies on the same stores and the same archive', () => {
  let stores: SharedStores
  let producers: Producer[] = []
  const copies: Product[] = []
  const names = ['north', 'south'] as const
  const wraps = new Map(names.map((name) => [name, underHostName(name)]))
  let killed = 0

  beforeAll(async () => {
    stores = await openSharedStores()
    for (const name of names) copies.push(await start(name))
    if (wraps.get('north') === null)
      console.warn('both under one host name: another takes rights that this process has not')
    await definePipelines(copies[0]!)
    producers = startProducers(copies, { dir: stores.dir, seed })
  })
  afterAll(async () => {
    for (const producer of producers) producer.kill()
    await stores[Symbol.asyncDispose]()
  })

  const start = (name: (typeof names)[number], options: { port?: number } = {}) =>
    stores.start(name, { ...options, wrap: wraps.get(name) ?? [] })
  /** More events answered for, at either gateway. */
  const flows = () => Promise.all(producers.map((producer) => flowing(producer, 300)))
  const spread = () =>
    until('both have as much', patienceMs, async () => {
      const shares = await sharesOf(stores.access, copies)
      return shares !== null && Math.max(...shares) - Math.min(...shares) <= 1
    })

  it('share the work: partitions at both, one archiver, jobs at either, events through both gateways', async () => {
    await spread()
    await flows()
    await until('both have run jobs', patienceMs, async () => {
      const { rows } = await stores.access.pool.query(
        `SELECT DISTINCT source FROM usage_minute WHERE source LIKE 'batch-%' AND pipeline = $1`,
        [served],
      )
      return rows.length === 2
    })
    const { rows } = await stores.access.pool.query<{ state: string }>(
      `SELECT detail->>'state' AS state FROM worker WHERE role = 'archive' ORDER BY 1`,
    )
    expect(rows).toEqual([{ state: 'archiving' }, { state: 'standby' }])
    expect(await ranTwice()).toEqual([])
  })

  it.each(names.map((name, i) => [name, i] as const))(
    `[law 7] all that %s held is at work in the other within ${leaseTimes.takeoverMs / 1_000} s of a kill -9 of all its processes; back again, it has its share`,
    async (name, i) => {
      const victim = copies[i]!
      const others = copies.filter((copy) => copy !== victim)
      const pids = new Set(await productPids(victim))
      const held = await readHoldings(stores.access)
      const partitions = held.speed.filter((pid) => pids.has(pid)).length
      expect(partitions).toBeGreaterThan(0)
      const { at, expiresMs } = await leasesOf(pids)
      killed += await killWhole(victim)
      const isTakenOver = async () => (await sharesOf(stores.access, others)) !== null
      await until('the other holds all of it', patienceMs, isTakenOver, 50)
      await flows()
      const took = await takeovers(at)
      console.log(
        `${name} killed whole: ${partitions} of ${held.speed.length} partitions${held.archive !== null && pids.has(held.archive) ? ' and the archive' : ''}; last lease out after ${expiresMs} ms, taken over ${took.map(({ kind, ms }) => `${kind} ${ms} ms`).join(', ')}`,
      )
      const leased = took.filter(({ kind }) => kind === 'speed' || kind === 'archive')
      expect(leased.length).toBeGreaterThan(0)
      expect(Math.max(...leased.map(({ ms }) => ms))).toBeLessThanOrEqual(leaseTimes.takeoverMs)
      copies[i] = await start(name, { port: Number(new URL(victim.url).port) })
      await spread()
      await flows()
    },
  )

  it('[law 7] leave every place exact, and answer the same', async () => {
    const ledger = await endProducers(producers)
    const [north, south] = copies
    const verdict = await stores.judge(north!, ledger)
    console.log(`killed whole: ${names.length} copies, ${killed} processes`)
    report({
      seed,
      file: 'e2e/faults/copies.ftest.ts',
      verdict,
    })
    expect(verdict).toMatchObject(exact)
    expect((await stores.judge(south!, ledger)).different).toEqual([])
    expect(await ranTwice()).toEqual([])
  })

  /** By the database's clock: now, and how long until the last lease of these processes runs out. */
  async function leasesOf(pids: ReadonlySet<number>): Promise<{ at: string; expiresMs: number }> {
    const { rows } = await stores.access.pool.query<{ at: string; expiresMs: number }>(
      `SELECT clock_timestamp()::text AS at,
              (extract(epoch FROM max(lease_until) - clock_timestamp()) * 1000)::int AS "expiresMs"
         FROM (SELECT owner, lease_until FROM speed_position
               UNION ALL SELECT owner, lease_until FROM archive_position) held
         JOIN worker ON worker.id = held.owner WHERE pid = ANY($1::int[])`,
      [[...pids]],
    )
    return rows[0]!
  }

  /** When the last of each kind changed hands, after an instant of the database's clock. */
  async function takeovers(since: string): Promise<{ kind: string; ms: number }[]> {
    const { rows } = await stores.access.pool.query<{ kind: string; ms: number }>(
      `SELECT kind, (extract(epoch FROM max(at) - $1::timestamptz) * 1000)::int AS ms
         FROM takeover WHERE at >= $1::timestamptz GROUP BY kind ORDER BY kind`,
      [since],
    )
    return rows
  }

  /** Stretches that one job has put in force more often than once. */
  async function ranTwice(): Promise<{ job: string; n: number }[]> {
    const { rows } = await stores.access.pool.query<{ job: string; n: number }>(
      `SELECT job_id AS job, count(*)::int AS n FROM version WHERE published_at IS NOT NULL
        GROUP BY job_id, range_from HAVING count(*) > 1`,
    )
    return rows
  }
})
