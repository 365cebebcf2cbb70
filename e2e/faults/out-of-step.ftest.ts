import { cp, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startNatsServer } from '../../server/clients/embedded'
import { startSharedPostgres, startTestServices, type TestServices } from '../../server/clients/testing'
import {
  bringInStep,
  makeBackup,
  restoreBackup,
  type BackupPart,
  type StepReport,
} from '../../server/control'
import { addSales, sale, startWorld, type World } from '../../server/control/testing-layers'
import { archivedRelation, archivedSeq, provisionStreams, streamState } from '../../server/log'
import { openDuck } from '../../server/clients'
import { systemClock } from '../../server/platform'

/**
 * Log, archive and database of different times: 200 sales are counted, everything is copied ("an hour ago"), 200 more
 * are counted, then some of the three are put back to the copy. What any of them still holds must be counted once more
 * and once only; what none holds must be said.
 */
type Store = 'log' | 'archive' | 'postgres'

let services: TestServices
let home: string
let world: World | null = null
const silent = () => undefined

let stopPostgres: () => Promise<void>
beforeAll(async () => {
  stopPostgres = await startSharedPostgres()
})
afterAll(() => stopPostgres())
beforeEach(async () => {
  services = await startTestServices()
  home = await mkdtemp(path.join(services.dataDir, 'out-of-step-'))
})
afterEach(async () => {
  await world?.[Symbol.asyncDispose]()
  world = null
  await services.stop()
})

const archiveDir = () => path.join(services.dataDir, 'archive')
const copyOf = (store: 'log' | 'archive') => path.join(home, store)

async function go(): Promise<World> {
  world = await startWorld(services)
  return world
}

async function halt(): Promise<void> {
  await world?.[Symbol.asyncDispose]()
  world = null
}

const start = Math.floor(Date.now() / 10_000) * 10_000 - 1_800_000

async function sell(from: number, to: number): Promise<void> {
  const events = Array.from({ length: to - from }, (_, i) =>
    sale('till', from + i, start + ((from + i) % 100) * 500),
  )
  await world?.post(events)
  await caughtUp()
}

/** The archive has the whole log, and every partition what is its own. */
async function caughtUp(): Promise<void> {
  const { lastSeq } = await streamState(services.nats)
  await expect.poll(() => archivedSeq(services.pool), { timeout: 60_000 }).toBeGreaterThanOrEqual(lastSeq)
  const waiting = async () => {
    const { rows } = await services.pool.query<{ partition: number; seq: number }>(
      'SELECT partition, seq FROM speed_position',
    )
    const last = await Promise.all(rows.map(({ partition }) => lastOf(partition)))
    return rows.filter(({ seq }, i) => seq < (last[i] ?? 0)).length
  }
  await expect.poll(waiting, { timeout: 60_000 }).toBe(0)
}

const lastOf = (partition: number) =>
  services.nats.jsm.streams
    .getMessage('EVENTS', { last_by_subj: `events.shop.sale.${partition}` })
    .then((message) => message?.seq ?? 0)

async function restartNats(change: () => Promise<void>): Promise<void> {
  const { port } = services.natsServer
  await services.natsServer.stop()
  await change()
  services.natsServer = await startNatsServer({ dir: services.natsDir, durable: false, port })
  await expect
    .poll(
      () =>
        services.nats.nc.rtt().then(
          () => true,
          () => false,
        ),
      { timeout: 30_000 },
    )
    .toBe(true)
}

async function keepAll(): Promise<string> {
  const dir = path.join(home, 'backup')
  await makeBackup({ ...services, clock: systemClock }, { dir, archiveDir: archiveDir(), say: silent })
  await cp(archiveDir(), copyOf('archive'), { recursive: true })
  await restartNats(() => cp(services.natsDir, copyOf('log'), { recursive: true }))
  return dir
}

async function putBack(old: readonly Store[], backup: string): Promise<StepReport> {
  if (old.includes('log')) {
    await restartNats(async () => {
      await rm(services.natsDir, { recursive: true })
      await cp(copyOf('log'), services.natsDir, { recursive: true })
    })
  }
  if (old.includes('archive')) {
    await rm(archiveDir(), { recursive: true })
    await cp(copyOf('archive'), archiveDir(), { recursive: true })
  }
  if (old.includes('postgres')) return (await restore(['postgres'], backup)).step
  return bringInStep({ ...services, clock: systemClock }, { archiveDir: archiveDir() })
}

const restore = (parts: readonly BackupPart[], dir: string) =>
  restoreBackup(
    { ...services, clock: systemClock },
    { dir, archiveDir: archiveDir(), parts, replaces: true, say: silent },
  )

async function archived(): Promise<{ ids: number; places: number; rows: number } | undefined> {
  const found = await archivedRelation(services.pool, archiveDir(), { type: 'shop.sale' })
  const duck = await openDuck()
  const [row] = await duck.rows<{ ids: number; places: number; rows: number }>(
    `SELECT count(DISTINCT id) AS ids, count(DISTINCT (seq, idx)) AS places, count(*) AS rows FROM ${found?.relation ?? ''}`,
  )
  duck.close()
  return row
}

async function recount(): Promise<void> {
  await world?.startBatch()
  const jobId = await world?.carryOut({
    kind: 'reconcile',
    pipeline: 'sales',
    from: start,
    to: start + 60_000,
  })
  const job = await world?.finished(jobId ?? '')
  expect(job?.error).toBeNull()
}

const completeness = async () =>
  [...new Set(Object.values((await world?.served('sales'))?.cells ?? {}))].sort()

/** Two hundred before the copy, two hundred after it. */
async function live(): Promise<string> {
  await addSales(await go(), 'sales', { lateness: { outOfOrder: '1m', allowed: '10m', beyond: 'defer' } })
  await bringInStep({ ...services, clock: systemClock }, { archiveDir: archiveDir() }) // as every start does
  await world?.startSpeed()
  await sell(0, 200)
  const backup = await keepAll()
  await sell(200, 400)
  await halt()
  return backup
}

/** A hundred more, after the stores were put back. */
async function goOn(): Promise<void> {
  await (await go()).startSpeed()
  await sell(400, 500)
}

const whole = { ids: 500, places: 500, rows: 500 }

describe('of the three stores, put back to an hour ago', () => {
  test.each<[Store[]]>([[['postgres']], [['postgres', 'archive']], [['log']]])(
    '[law 7] %j: nothing is lost and nothing is counted twice',
    async (old) => {
      const step = await putBack(old, await live())
      expect(step).toMatchObject({ log: old.includes('log') ? 'tail lost' : 'in step', holes: 0 })
      await goOn()
      expect((await world?.served('sales'))?.total).toBe(500)
      expect(await archived()).toEqual(whole)
      expect(await completeness()).not.toContain('partial')
      await recount()
      expect((await world?.served('sales'))?.total).toBe(500)
    },
  )

  test('[law 1] the database and the log: what only the archive still has stays, speed says what it lacks, batch counts it', async () => {
    const step = await putBack(['postgres', 'log'], await live())
    expect(step).toMatchObject({ log: 'tail lost', archive: { missing: [] } })
    expect(step.archive?.files.length).toBeGreaterThan(0)
    expect(step.holes).toBeGreaterThan(0)
    await goOn()
    expect((await world?.served('sales'))?.total).toBe(300)
    expect(await completeness()).toEqual(['partial'])
    expect(await archived()).toEqual(whole)
    await recount()
    expect((await world?.served('sales'))?.total).toBe(500)
  })

  test('[law 1] the archive: its lost files are made again from the log', async () => {
    const step = await putBack(['archive'], await live())
    expect(step.log).toBe('in step')
    expect(step.archive?.missing.length).toBeGreaterThan(0)
    await goOn()
    await expect.poll(() => archived().catch(() => null), { timeout: 60_000 }).toEqual(whole)
    await recount()
    expect((await world?.served('sales'))?.total).toBe(500)
  })

  test('[law 5] the log and the archive: what the database counted and nothing holds any more is said, never a wrong number', async () => {
    const step = await putBack(['archive', 'log'], await live())
    expect(step.log).toBe('tail lost')
    expect(step.archive?.missing.length).toBeGreaterThan(0)
    await goOn()
    // Speed has counted them all; a recount cannot, and does not pretend to.
    expect((await world?.served('sales'))?.total).toBe(500)
    await expect.poll(async () => (await holes()).includes('archive'), { timeout: 60_000 }).toBe(true)
    await recount()
    expect((await world?.served('sales'))?.total).toBe(300)
    expect(await completeness()).toEqual(['partial'])
  })

  test('all three, from a backup on a new machine: the log goes on under its own numbers', async () => {
    const backup = await live()
    await restartNats(() => rm(services.natsDir, { recursive: true }))
    await rm(archiveDir(), { recursive: true })
    const { step } = await restore(['postgres', 'archive', 'log'], backup)
    expect(step.lost).toEqual([])
    await goOn()
    expect((await world?.served('sales'))?.total).toBe(300)
    expect(await archived()).toEqual({ ids: 300, places: 300, rows: 300 })
    expect(await completeness()).not.toContain('partial')
  })
})

async function holes(): Promise<string[]> {
  const { rows } = await services.pool.query<{ layer: string }>('SELECT layer FROM hole')
  return rows.map(({ layer }) => layer)
}

test('[law 1] a log that is not the one the database was counted from is refused, and named', async () => {
  await live()
  await restartNats(() => rm(services.natsDir, { recursive: true }))
  await provisionStreams(services.nats, { maxBytes: 128 * 1024 ** 2 })
  await expect(
    bringInStep({ ...services, clock: systemClock }, { archiveDir: archiveDir() }),
  ).rejects.toThrow(/not the one this database was counted from/)
})
