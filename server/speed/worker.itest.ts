import type { ChildProcess } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction } from '../clients'
import { startNatsServer } from '../clients/embedded'
import { startTestServices, type TestServices } from '../clients/testing'
import { openSchemaRegistry, provisionStreams, subjectOf } from '../log'
import { Random, sleep, type Stop } from '../platform'
import { rotateEpoch } from '../serving'
import {
  addTestPipeline,
  ended,
  forkWorker,
  publishSales,
  randomSales,
  readWholeLog,
  recount,
  testType,
  storedView,
  untilFolded,
  type TestPipeline,
} from './testing'
import { runSpeedWorker } from './worker'

let services: TestServices
let stops: Stop[]
let children: ChildProcess[]

beforeEach(async () => {
  services = await startTestServices()
  stops = []
  children = []
  await provisionStreams(services.nats)
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all([...stops.map((stop) => stop()), ...children.map(ended)])
  await services.stop()
})

const settings = {
  windowMs: 1_000,
  allowedMs: 2_000,
  outOfOrderMs: 1_000,
  horizonMs: 60_000,
  beyond: 'defer',
} as const

const startWorker = async (owner?: string): Promise<Stop> => {
  const stop = await runSpeedWorker({
    pool: services.pool,
    nats: services.nats,
    schemas: null,
    ...(owner === undefined ? {} : { owner }),
  })
  let stopped: Promise<void> | undefined
  const once = () => (stopped ??= stop())
  stops.push(once)
  return once
}

const startChild = async (): Promise<ChildProcess> => {
  const child = await forkWorker(services)
  children.push(child)
  return child
}

const addPipeline = (name: string, change: Partial<TestPipeline> = {}) =>
  addTestPipeline(services.pool, { ...settings, ...change, name })

/** Publishes in bursts, so that commits, kills and rotations fall between and into them. */
async function publishInBursts(seed: number, bursts: number, each: number, between?: () => Promise<void>) {
  const random = new Random(seed)
  for (let i = 0; i < bursts; i++) {
    await publishSales(services, random, randomSales(random, each, Date.now))
    await sleep(60)
    await between?.()
  }
}

async function expectEqualToRecount(...pipelines: TestPipeline[]) {
  const log = await readWholeLog(services)
  for (const pipeline of pipelines) {
    await untilFolded(services, pipeline.computeId)
    expect(await storedView(services.pool, pipeline.computeId)).toEqual(recount(log, pipeline))
  }
}

describe('the speed worker', () => {
  test('[law 5] holds what a recount of the log holds, deferring or including late events', async () => {
    const defers = await addPipeline('defers')
    const includes = await addPipeline('includes', { beyond: 'include', windowMs: 5_000 })
    await startWorker()
    await publishInBursts(11, 12, 250)
    await expectEqualToRecount(defers, includes)
    const { counters } = await storedView(services.pool, defers.computeId)
    expect(Math.min(counters.late, counters.duplicate, counters.filtered)).toBeGreaterThan(0)
  })

  test('[law 7] killed again and again under load leaves what an undisturbed run leaves', async () => {
    const pipeline = await addPipeline('killed')
    let child = await startChild()
    let kills = 0
    await publishInBursts(12, 12, 250, async () => {
      if (++kills % 4 !== 0) return
      child.kill('SIGKILL')
      await ended(child)
      child = await startChild()
    })
    await expectEqualToRecount(pipeline)
    child.kill('SIGTERM')
    await ended(child)
    const { rows } = await services.pool.query(
      `SELECT (SELECT count(*)::int FROM worker) AS workers,
              (SELECT count(*)::int FROM speed_position WHERE owner IS NOT NULL) AS held`,
    )
    expect(rows).toEqual([{ workers: 0, held: 0 }])
  })

  test('[law 5] keeps folding while epochs are rotated; each closed epoch holds exactly what is before its cut', async () => {
    const pipeline = await addPipeline('rotated')
    await startWorker()
    const cuts: { epoch: number; seqs: number[] }[] = []
    await publishInBursts(13, 12, 200, async () => {
      cuts.push(await inTransaction(services.pool, (client) => rotateEpoch(client, pipeline.computeId)))
    })
    await expectEqualToRecount(pipeline)
    const log = await readWholeLog(services)
    for (const { epoch, seqs } of cuts) {
      const { cells } = await storedView(services.pool, pipeline.computeId, epoch)
      expect(cells).toEqual(recount(log, pipeline, (partition) => seqs[partition] ?? 0).cells)
    }
  })

  test('[law 7] stopped for long and woken as a zombie writes nothing over its successor', async () => {
    const pipeline = await addPipeline('zombie')
    const zombie = await startChild()
    await publishInBursts(14, 3, 200)
    await untilFolded(services, pipeline.computeId)
    await publishSales(services, new Random(15), randomSales(new Random(15), 300, Date.now))
    zombie.kill('SIGSTOP')
    await services.pool.query(`UPDATE speed_position SET lease_until = clock_timestamp()`)
    await services.pool.query(`UPDATE worker SET at = now() - interval '1 hour'`)
    await startWorker('successor')
    await publishInBursts(16, 3, 200)
    await untilFolded(services, pipeline.computeId)
    zombie.kill('SIGCONT')
    await publishInBursts(17, 6, 200)
    await expectEqualToRecount(pipeline)
    zombie.kill('SIGTERM')
    await ended(zombie)
    await expectEqualToRecount(pipeline)
  })

  test('[law 7] shares partitions with a second worker, which takes over at once when the first is killed', async () => {
    const pipelines = [await addPipeline('one'), await addPipeline('two')]
    const first = await startChild()
    await publishInBursts(18, 2, 100)
    await startWorker('second')
    const heldBy = async () => {
      const { rows } = await services.pool.query<{ owner: string | null; n: number }>(
        'SELECT owner, count(*)::int AS n FROM speed_position GROUP BY owner ORDER BY 1',
      )
      return rows
    }
    await expect.poll(heldBy, { timeout: 20_000 }).toMatchObject([{ owner: 'second', n: 3 }, { n: 3 }])
    await publishInBursts(19, 4, 200)
    first.kill('SIGKILL')
    const killedAt = performance.now()
    await expect.poll(heldBy, { timeout: 20_000 }).toEqual([{ owner: 'second', n: 6 }])
    expect(performance.now() - killedAt).toBeLessThan(5_000)
    await publishInBursts(20, 2, 200)
    await expectEqualToRecount(...pipelines)
  })

  test('counts events from NATS that are broken or against their schema as invalid, and folds the rest', async () => {
    const pipeline = await addPipeline('parked')
    const schemas = await openSchemaRegistry({ pool: services.pool, nats: services.nats })
    await schemas.register(testType, '{"type":"object","properties":{"amount":{"type":"number"}}}')
    stops.push(await runSpeedWorker({ pool: services.pool, nats: services.nats, schemas }))
    const sale = (id: string, amount: unknown) =>
      JSON.stringify({ specversion: '1.0', type: testType, source: 's', id, data: { shop: 'x', amount } })
    for (const text of [sale('1', 5), '{"broken', sale('2', 'five'), sale('3', 7), '[]'])
      await services.nats.js.publish(subjectOf(testType, 0), text)
    const counted = async () => {
      const { rows } = await services.pool.query<Record<string, number>>(
        'SELECT messages, events, accepted, invalid FROM speed_position WHERE compute_id = $1 AND partition = 0',
        [pipeline.computeId],
      )
      return rows[0]
    }
    await expect
      .poll(counted, { timeout: 20_000 })
      .toEqual({ messages: 5, events: 5, accepted: 2, invalid: 3 })
    schemas.close()
  })

  test('gives a new compute the whole log from its start, while the others go on', async () => {
    const old = await addPipeline('old')
    await startWorker()
    await publishInBursts(21, 4, 400)
    const late = await addPipeline('late', { windowMs: 3_000 })
    services.nats.nc.publish('control.pipelines', '')
    await publishInBursts(22, 4, 200)
    await expectEqualToRecount(old, late)
  })

  test('[law 7] goes on after its database connections are cut', async () => {
    const pipeline = await addPipeline('cut')
    await startWorker()
    await publishInBursts(23, 10, 200, async () => {
      await services.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      )
    })
    await expectEqualToRecount(pipeline)
  })

  test('[law 7] goes on after nats-server is killed and started on its data', async () => {
    const pipeline = await addPipeline('nats')
    await startWorker()
    await publishInBursts(24, 4, 200)
    process.kill(services.natsServer.pid, 'SIGKILL')
    await services.natsServer.exited
    const again = await startNatsServer({
      dir: services.natsDir,
      port: services.natsServer.port,
      durable: false,
    })
    stops.push(() => again.stop())
    await expect.poll(() => services.nats.nc.flush().then(() => true), { timeout: 20_000 }).toBe(true)
    await publishInBursts(25, 4, 200)
    await expectEqualToRecount(pipeline)
  })

  test('tells viewers which cells changed, and status how far it is', async () => {
    const pipeline = await addPipeline('seen')
    const views: { kind: string; windows: unknown[]; positions: Record<string, number> }[] = []
    services.nats.nc.subscribe('views.seen', { callback: (_, message) => void views.push(message.json()) })
    await startWorker('seen')
    await publishInBursts(26, 2, 100)
    await untilFolded(services, pipeline.computeId)
    await expect.poll(() => views.filter((view) => view.windows.length > 0).length).toBeGreaterThan(0)
    const { rows } = await services.pool.query<{ partition: number; seq: number }>(
      'SELECT partition, seq FROM speed_position WHERE compute_id = $1',
      [pipeline.computeId],
    )
    const seen: Record<string, number> = Object.fromEntries(
      views.flatMap((view) => Object.entries(view.positions)),
    )
    for (const { partition, seq } of rows) expect(seen[partition]).toBeLessThanOrEqual(seq)
    const detail = async () => {
      const found = await services.pool.query(`SELECT detail FROM worker WHERE id = 'seen'`)
      return (found.rows[0] as { detail: unknown } | undefined)?.detail
    }
    await expect
      .poll(detail, { timeout: 5_000 })
      .toMatchObject({ leases: 3, computes: 1, lag: [{ type: 'test.sale', pendingMessages: 0, lagMs: 0 }] })
  })
})
