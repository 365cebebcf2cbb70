import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../platform'
import { getJob } from '../jobs'
import { addSales, sale, startWorld, type World } from '../testing-layers'
import { openGovernor } from './governor'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const pipeline = 'sales'
const pool = () => world.services.pool
const total = async () => (await world.served(pipeline)).total
const start = () => Math.floor(Date.now() / 10_000) * 10_000 - 120_000
const governed = (jobId: string) => getJob({ pool: pool() }, jobId).then((job) => job.governor)

/** A speed worker that answers, holds the partitions and folds nothing. */
async function stall(): Promise<void> {
  await pool().query(
    `UPDATE speed_position SET owner = 'stalled', lease_until = now() + interval '1 hour', fence = fence + 1`,
  )
  await pool().query(
    `INSERT INTO worker (id, role, host, pid, at, detail) VALUES ('stalled', 'speed', 'h', 1, now() + interval '1 hour', '{}')`,
  )
}

async function unstall(): Promise<void> {
  await pool().query(`UPDATE speed_position SET owner = NULL, lease_until = NULL, fence = fence + 1`)
  await pool().query(`DELETE FROM worker WHERE id = 'stalled'`)
}

describe('the governor', () => {
  it('[law 10] holds a backfill while freshness burns, lets scheduled runs through, and lets it go after', async () => {
    await addSales(world, pipeline, { objectives: { freshness: { target: 0.99, under: '2s' } } })
    const stop = await world.startSpeed()
    const from = start()
    await world.post(Array.from({ length: 60 }, (_, i) => sale('till-1', i, from + (i % 3) * 10_000)))
    const folded = async () => {
      const { rows } = await pool().query<{ n: number }>('SELECT sum(events)::int AS n FROM speed_position')
      return rows[0]?.n
    }
    await expect.poll(folded, { timeout: 20_000 }).toBe(60)
    await stop()
    await stall()
    await world.post([sale('till-1', 60, from)])
    const governor = openGovernor({ ...world.services, clock: systemClock })
    const jobId = await world.carryOut({
      kind: 'backfill',
      pipeline,
      from,
      to: from + 30_000,
      options: { mode: 'all' },
    })
    await expect
      .poll(async () => (await governor.admit()).held, { timeout: 20_000, interval: 500 })
      .toMatchObject([{ pipeline, kinds: expect.arrayContaining(['backfill']) as unknown }])
    await world.startBatch(governor)
    await expect.poll(() => governed(jobId), { timeout: 20_000 }).toMatchObject({ state: 'held' })
    expect((await governed(jobId))?.reasons.join(' ')).toMatch(/sales is .* behind; its objective is 2 s/)
    const scheduled = async () => {
      const { rows } = await pool().query<{ status: string }>(
        `SELECT status FROM job WHERE kind = 'scheduled'`,
      )
      return rows[0]?.status
    }
    await expect.poll(scheduled, { timeout: 30_000 }).toBe('succeeded')
    expect((await getJob({ pool: pool() }, jobId)).status).toBe('queued')
    await unstall()
    await world.startSpeed()
    const job = await world.finished(jobId)
    expect(job).toMatchObject({ status: 'succeeded' })
    expect(job.governor?.heldMs).toBeGreaterThan(0)
    expect(await total()).toBe(61)
  })

  it('[law 10] makes a running backfill wait between chunks, and says so on the job', async () => {
    await addSales(world, pipeline, { objectives: { freshness: { target: 0.99, under: '2s' } } })
    const stop = await world.startSpeed()
    const from = start()
    await world.post(Array.from({ length: 60 }, (_, i) => sale('till-1', i, from + (i % 3) * 10_000)))
    await expect
      .poll(async () => (await pool().query('SELECT 1 FROM speed_bucket')).rowCount, { timeout: 20_000 })
      .toBeGreaterThan(0)
    const governor = openGovernor({ ...world.services, clock: systemClock })
    let paces = 0
    await world.startBatch({
      admit: () => governor.admit(),
      // Its first look between two pieces comes when the speed layer stalls.
      pace: async (run, bytes) => {
        if (run.job.kind === 'backfill' && paces++ === 0) {
          await stop()
          await stall()
          await world.post([sale('till-1', 60, from)])
          await expect
            .poll(async () => (await governor.admit()).jobs, { timeout: 20_000, interval: 500 })
            .toBe(0)
        }
        return governor.pace(run, bytes)
      },
    })
    const jobId = await world.carryOut({
      kind: 'backfill',
      pipeline,
      from,
      to: from + 30_000,
      options: { mode: 'all' },
    })
    const seen = () =>
      getJob({ pool: pool() }, jobId).then(({ status, governor }) => [status, governor?.state])
    await expect.poll(seen, { timeout: 30_000 }).toEqual(['running', 'held'])
    await unstall()
    await world.startSpeed()
    expect(await world.finished(jobId)).toMatchObject({ status: 'succeeded' })
  })

  it('stops work on wish of a pipeline whose quota of the day is used up, with the reason', async () => {
    await addSales(world, pipeline, {
      budget: { monthly: 1, currency: 'USD', quota: { backfillBytesPerDay: '10MB' } },
    })
    await pool().query(
      `INSERT INTO job (kind, pipeline, payload, status, bytes, finished_at, created_by)
       VALUES ('backfill', $1, '{}', 'succeeded', 20000000, now(), 'test'),
              ('backfill', $1, '{}', 'queued', 0, NULL, 'test')`,
      [pipeline],
    )
    const { held } = await openGovernor({ ...world.services, clock: systemClock }).admit()
    expect(held).toMatchObject([{ pipeline }])
    expect(held[0]?.reasons.join(' ')).toMatch(/quota of 10 MB for sales is used up \(20 MB\)/)
  })
})
