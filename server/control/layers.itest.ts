import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sleep } from '../platform'
import { pipelineStatus } from './status'
import { addSales, sale, saleType, startWorld, type World } from './testing-layers'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const pipeline = 'sales'
const total = async () => (await world.served(pipeline)).total
const positions = async () => {
  const { rows } = await world.services.pool.query<{ seq: number; owner: string | null }>(
    'SELECT seq, owner FROM speed_position ORDER BY compute_id, partition',
  )
  return rows
}

describe('a paused speed layer', () => {
  it('[law 7] commits nothing further under load, and resumes without loss or double', async () => {
    await addSales(world, pipeline)
    await world.startSpeed()
    let sent = 0
    const burst = async () => {
      const events = Array.from({ length: 50 }, () => sale('till-1', ++sent, Date.now()))
      await world.post([...events, ...events.slice(0, 5)])
      await sleep(20)
    }
    for (let i = 0; i < 10; i++) await burst()
    await expect.poll(total, { timeout: 20_000 }).toBeGreaterThan(0)
    await world.carryOut({ kind: 'pause', pipeline, options: { layer: 'speed' } }, 'storage is moved')
    const [stood, before] = [await positions(), await total()]
    for (let i = 0; i < 20; i++) await burst()
    await sleep(2_500) // longer than a worker takes to look again at what is to be computed
    expect(await positions()).toEqual(stood)
    expect(stood.every(({ owner }) => owner === 'paused')).toBe(true)
    expect(await total()).toBe(before)
    const status = await pipelineStatus(world.console, pipeline)
    expect(status).toMatchObject({
      health: 'warn',
      paused: [{ layer: 'speed', reason: 'storage is moved', actor: 'ada@example.org', until: null }],
    })
    expect(status.reasons.join(' ')).toMatch(/speed layer is paused .*storage is moved/)
    await world.carryOut({ kind: 'resume', pipeline, options: { layer: 'speed' } })
    await expect.poll(total, { timeout: 20_000 }).toBe(sent)
    expect((await pipelineStatus(world.console, pipeline)).paused).toEqual([])
  })

  it('resumes by itself when its time is over, and stands while another reason is in force', async () => {
    await addSales(world, pipeline)
    const until = Date.now() + 4_000
    await world.carryOut({ kind: 'pause', pipeline, options: { layer: 'speed', until } }, 'for a moment')
    await world.carryOut({ kind: 'pause', pipeline, options: { layer: 'speed' } }, 'for longer')
    await world.startSpeed()
    await world.post([sale('till-1', 1, Date.now())])
    await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(until)
    await sleep(2_500)
    expect(await total()).toBe(0)
    const again = Date.now() + 3_000
    await world.carryOut(
      { kind: 'pause', pipeline, options: { layer: 'speed', until: again } },
      'a last time',
    )
    const { paused } = await pipelineStatus(world.console, pipeline)
    const longer = paused.find(({ reason }) => reason === 'for longer')
    await world.carryOut({ kind: 'resume', pipeline, options: { layer: 'speed', pause: longer?.id } })
    await expect.poll(total, { timeout: 20_000 }).toBe(1)
    expect(Date.now()).toBeGreaterThan(again)
  })

  it('[law 8] is resumed as planned, or refused when the reasons are others by then', async () => {
    await addSales(world, pipeline)
    await world.carryOut({ kind: 'pause', pipeline, options: { layer: 'speed' } }, 'one')
    const planned = await world.plan({ kind: 'resume', pipeline, options: { layer: 'speed' } })
    await world.carryOut({ kind: 'pause', pipeline, options: { layer: 'speed' } }, 'two')
    await expect(world.apply(planned.id)).rejects.toMatchObject({ code: 'conflict' })
    expect((await pipelineStatus(world.console, pipeline)).paused).toHaveLength(2)
    await expect(world.plan({ kind: 'resume', pipeline, options: { layer: 'batch' } })).rejects.toMatchObject(
      { code: 'unprocessable' },
    )
    await expect(
      world.plan({ kind: 'pause', pipeline, options: { layer: 'batch', until: Date.now() - 1 } }),
    ).rejects.toMatchObject({ code: 'bad_request' })
  })
})

describe('a paused batch layer', () => {
  it('is neither scheduled nor are its jobs started, until it resumes', async () => {
    await addSales(world, pipeline)
    await world.carryOut({ kind: 'pause', pipeline, options: { layer: 'batch' } })
    await world.startSpeed()
    const past = Math.floor(Date.now() / 10_000) * 10_000 - 60_000
    await world.post(Array.from({ length: 40 }, (_, i) => sale('till-1', i, past)))
    await expect.poll(total, { timeout: 20_000 }).toBe(40)
    await world.startBatch()
    const jobId = await world.carryOut({ kind: 'reconcile', pipeline, from: past, to: past + 10_000 })
    await sleep(2_500)
    const { rows } = await world.services.pool.query<{ kind: string; status: string }>(
      `SELECT kind, status FROM job WHERE kind IN ('scheduled', 'reconcile')`,
    )
    expect(rows).toEqual([{ kind: 'reconcile', status: 'queued' }])
    await world.carryOut({ kind: 'resume', pipeline, options: { layer: 'batch' } })
    expect(await world.finished(jobId)).toMatchObject({ status: 'succeeded' })
    expect(await total()).toBe(40)
  })
})

describe('a producer in quarantine', () => {
  it('[law 5] leaves its windows partial until all it sent is back, once each, though the redrive is killed', async () => {
    await addSales(world, pipeline, {
      lateness: { outOfOrder: '1s', allowed: '2s', beyond: 'include' },
    })
    await world.startSpeed()
    const start = Math.floor(Date.now() / 10_000) * 10_000 - 300_000
    const at = (i: number) => start + (i % 6) * 10_000
    const ledger: number[] = []
    const send = async (source: string, from: number, to: number) => {
      for (let i = from; i < to; i += 2) {
        const events = [sale(source, i, at(i)), sale(source, i + 1, at(i + 1))]
        ledger.push(...events.map(({ data }) => data.amount))
        await world.post(events)
      }
    }
    await send('till-1', 0, 40)
    await send('till-2', 0, 40)
    await expect.poll(total, { timeout: 20_000 }).toBe(80)
    await world.carryOut({ kind: 'quarantine', pipeline, options: { source: 'till-2' } }, 'retry storm')
    await expect.poll(async () => (await world.post([sale('till-2', 0, at(0))])) !== null).toBe(true)
    await send('till-1', 40, 80)
    await send('till-2', 40, 240)
    await world.post([sale('till-2', 40, at(40)), sale('till-2', 39, at(39))]) // sent again, as storms do
    await expect.poll(total, { timeout: 20_000 }).toBe(120)
    const { cells } = await world.served(pipeline)
    expect(new Set(Object.values(cells))).toEqual(new Set(['partial']))
    await world.startBatch()
    const reconciled = await world.carryOut({
      kind: 'reconcile',
      pipeline,
      from: start,
      to: start + 60_000,
    })
    expect(await world.finished(reconciled)).toMatchObject({ status: 'succeeded' })
    expect(new Set(Object.values((await world.served(pipeline)).cells))).toEqual(new Set(['partial']))
    await world.stopBatch()

    const child = fork(fileURLToPath(new URL('testing-redrive-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      env: {
        ...process.env,
        DATABASE_URL: world.services.databaseUrl,
        NATS_URL: world.services.natsUrl,
        WORK_DIR: world.services.dataDir,
      },
    })
    const worked = new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', reject)
    })
    const jobId = await world.carryOut({ kind: 'release', pipeline, options: { source: 'till-2' } }, 'fixed')
    await worked
    child.removeAllListeners('exit')
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    const { pool } = world.services
    const { rows } = await pool.query<{ seq: number; done: boolean }>(
      'SELECT redriven_seq AS seq, redriven_at IS NOT NULL AS done FROM quarantine',
    )
    expect(rows[0]?.done).toBe(false)
    expect(rows[0]?.seq).toBeGreaterThan(0)
    // As if it was killed before it had written how far it came: part of it is sent twice.
    await pool.query('UPDATE quarantine SET redriven_seq = redriven_seq / 2')
    await pool.query(`UPDATE job SET lease_until = clock_timestamp() WHERE id = $1`, [jobId])
    await world.startBatch()
    expect(await world.finished(jobId)).toMatchObject({ status: 'succeeded', kind: 'redrive' })
    const again = await world.carryOut({ kind: 'reconcile', pipeline, from: start, to: start + 60_000 })
    expect(await world.finished(again)).toMatchObject({ status: 'succeeded' })
    expect(ledger.reduce((sum, amount) => sum + amount, 0)).toBe(320)
    const whole = await world.served(pipeline)
    expect(whole.total).toBe(320)
    expect(new Set(Object.values(whole.cells))).toEqual(new Set(['complete']))
    const trail = await pool.query<{ action: string }>('SELECT DISTINCT action FROM audit_entry ORDER BY 1')
    expect(trail.rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['plan.apply', 'quarantine.redrive']),
    )
    await world.post([sale('till-2', 1_000, at(0))])
    await expect.poll(async () => (await pool.query('SELECT 1 FROM hole')).rowCount).toBe(0)
  })

  it('[law 8] cannot be put in twice, nor released when it is not in', async () => {
    await addSales(world, pipeline)
    const planned = await world.plan({ kind: 'quarantine', pipeline, options: { source: 'till-3' } })
    expect(planned.notes.join(' ')).toContain(saleType)
    await world.carryOut({ kind: 'quarantine', pipeline, options: { source: 'till-3' } })
    await expect(world.apply(planned.id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(
      world.plan({ kind: 'quarantine', pipeline, options: { source: 'till-3' } }),
    ).rejects.toMatchObject({ code: 'unprocessable' })
    await expect(
      world.plan({ kind: 'release', pipeline, options: { source: 'till-4' } }),
    ).rejects.toMatchObject({ code: 'unprocessable' })
  })
})
