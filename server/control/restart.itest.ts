import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { subjectOf } from '../log'
import { partitionOf } from '../pipeline'
import { Random } from '../platform'
import { addSales, sale, startWorld, type World } from './testing-layers'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const pipeline = 'sales'
const pool = () => world.services.pool

/** All that the speed layer says: figures by cell, and what was counted; nothing that depends on who folded when. */
async function speedView() {
  const { rows: cells } = await pool().query(
    `SELECT window_start, key, sum(acc[1]) AS a, sum(acc[2]) AS b, sum(late)::int AS late,
            sum(duplicate)::int AS duplicate FROM speed_bucket
      GROUP BY 1, 2 ORDER BY 1, 2`,
  )
  const { rows: positions } = await pool().query(
    `SELECT partition, watermark, messages, events, accepted, filtered, late, duplicate, invalid FROM speed_position
      ORDER BY 1`,
  )
  return { cells, positions }
}

async function folded(events: number): Promise<void> {
  const count = async () => {
    const { rows } = await pool().query<{ n: number }>(
      'SELECT coalesce(sum(events), 0)::int AS n FROM speed_position',
    )
    return rows[0]?.n
  }
  await expect.poll(count, { timeout: 20_000 }).toBe(events)
}

/** Sales around now, some of them late, some sent twice by way of another request long after. */
async function send(seed: number, count: number): Promise<void> {
  const random = new Random(seed)
  for (let i = 0; i < count; i += 20) {
    const events = Array.from({ length: 20 }, (_, j) =>
      sale(
        `till-${random.below(3)}`,
        seed * 1_000_000 + i + j,
        Date.now() - random.below(40_000),
        random.below(9),
      ),
    )
    const lines = events.map((event) => ({
      ...event,
      id: random.below(8) === 0 ? `again-${random.below(40)}` : event.id,
    }))
    for (const line of lines)
      await world.services.nats.js.publish(`events.${line.type}`, JSON.stringify(line))
  }
}

const windows = () => {
  const to = Math.floor(Date.now() / 10_000) * 10_000 - 10_000
  return { from: to - 60_000, to }
}

async function cut(): Promise<void> {
  const jobId = await world.carryOut({ kind: 'reconcile', pipeline, ...windows() })
  const job = await world.finished(jobId)
  expect(job.error).toBeNull()
  expect(job).toMatchObject({ status: 'succeeded' })
}

const restart = (from: { cut: 'last' } | { seq: number }) =>
  world.carryOut({ kind: 'restart', pipeline, options: { layer: 'speed', from } }, 'figures look wrong')

describe('a restart of the speed layer', () => {
  it('[law 7] from the start of the log, without a version, gives what an undisturbed run gives', async () => {
    await addSales(world, pipeline)
    await world.startSpeed()
    await send(1, 300)
    await folded(300)
    const undisturbed = await speedView()
    await pool().query('UPDATE speed_bucket SET acc[2] = acc[2] + 7') // as a defect of the layer would leave it
    await restart({ cut: 'last' })
    await folded(300)
    expect(await speedView()).toEqual(undisturbed)
  })

  it('[law 7] from the last cut gives what an undisturbed run gives, under load and beside versions', async () => {
    await addSales(world, pipeline)
    await world.startSpeed()
    await world.startBatch()
    await send(2, 300)
    await folded(300)
    await cut()
    await send(3, 200)
    await folded(500)
    await pool().query('SELECT 1')
    const undisturbed = await speedView()
    const { rows } = await pool().query<{ epoch: number }>('SELECT max(epoch) AS epoch FROM version')
    await pool().query('UPDATE speed_bucket SET acc[1] = acc[1] + 1 WHERE epoch > $1', [rows[0]?.epoch])
    const before = await world.plan({
      kind: 'restart',
      pipeline,
      options: { layer: 'speed', from: { cut: 'last' } },
    })
    expect(before.estimate.events).toBe(200)
    await restart({ cut: 'last' })
    await folded(500)
    expect(await speedView()).toEqual(undisturbed)
    await send(4, 100)
    await folded(600)
    await cut()
    // The version before rests on a cut that still holds: rolled back, it and what speed took after it answer. A cell
    // of nothing but late events is left to batch, and so to the version that was taken back.
    await world.carryOut({ kind: 'rollback', pipeline, options: { publication: 1 } })
    const { rows: cells } = await pool().query<{ name: string }>(
      `SELECT window_start || '/' || key AS name FROM version_cell WHERE version_id = (SELECT min(id) FROM version)
        UNION SELECT window_start || '/' || key FROM speed_bucket WHERE acc[1] > 0`,
    )
    const served = Object.keys((await world.served(pipeline, 'sales')).cells)
    expect(served.sort()).toEqual(cells.map(({ name }) => name).sort())
  })

  it('refuses what cannot be exact, with the reason', async () => {
    await addSales(world, pipeline)
    await world.startSpeed()
    await world.startBatch()
    await send(5, 200)
    await folded(200)
    await cut()
    const plan = (from: { cut: 'last' } | { seq: number }) =>
      world.plan({ kind: 'restart', pipeline, options: { layer: 'speed', from } })
    await expect(plan({ seq: 1 })).rejects.toThrow(/newest version rests on the cut/)
    await expect(plan({ seq: 1_000_000 })).rejects.toThrow(/the log ends at message/)
    const planned = await plan({ cut: 'last' })
    await cut()
    await expect(world.apply(planned.id)).rejects.toMatchObject({ code: 'conflict' })
    const again = await plan({ cut: 'last' })
    await pool().query(
      `INSERT INTO job (kind, pipeline, payload, status, started_at, lease_until, created_by)
       VALUES ('backfill', $1, '{}', 'running', now(), now() + interval '1 hour', 'test')`,
      [pipeline],
    )
    await expect(world.apply(again.id)).rejects.toThrow(/under way/)
    await pool().query(`UPDATE closed_epoch SET state = NULL`)
    await expect(plan({ cut: 'last' })).rejects.toThrow(/earlier release/)
  })

  it('[law 5] on over a stretch leaves a hole whose windows are partial until batch covers them', async () => {
    await addSales(world, pipeline, { lateness: { outOfOrder: '1s', allowed: '2s', beyond: 'include' } })
    const stop = await world.startSpeed()
    const start = Math.floor(Date.now() / 10_000) * 10_000 - 120_000
    const at = (i: number) => start + (i % 3) * 10_000
    const post = (from: number, to: number) =>
      world.post(Array.from({ length: to - from }, (_, i) => sale('till-1', from + i, at(from + i))))
    await post(0, 60)
    await folded(60)
    await stop()
    await post(60, 120)
    const { state } = await world.services.nats.jsm.streams.info('EVENTS')
    await restart({ seq: state.last_seq })
    await world.startSpeed()
    const skipped = sale('till-1', 70, at(70))
    const partition = partitionOf(skipped.source, skipped.id, 4)
    await world.services.nats.js.publish(subjectOf(skipped.type, partition), JSON.stringify(skipped))
    await post(120, 180)
    const trips = async () => (await world.served(pipeline)).total
    await expect.poll(trips, { timeout: 20_000 }).toBe(120)
    const { cells } = await world.served(pipeline)
    expect(new Set(Object.values(cells))).toEqual(new Set(['partial']))
    await world.startBatch()
    const jobId = await world.carryOut({ kind: 'reconcile', pipeline, from: start, to: start + 30_000 })
    expect(await world.finished(jobId)).toMatchObject({ status: 'succeeded' })
    const whole = await world.served(pipeline)
    expect(whole.total).toBe(180)
    expect(new Set(Object.values(whole.cells))).toEqual(new Set(['complete']))
  })
})
