import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import {
  beatJob,
  claimJob,
  endAbandoned,
  endJob,
  findJob,
  insertJob,
  lockHeldJob,
  markCancel,
  markHeld,
  markPause,
  releaseJob,
  requeueJob,
  selectJobs,
  type ClaimedJob,
  type NewJob,
} from './job-store'

let services: TestServices
const leaseMs = 60_000
/** A lease that is over at once stands for a worker that stopped answering. */
const lostLease = -1

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())
beforeEach(() => services.pool.query('DELETE FROM job'))

const add = (job: Partial<NewJob> = {}) =>
  insertJob(services.pool, {
    kind: 'backfill',
    pipeline: 'departures',
    payload: {},
    items: [],
    createdBy: 'ada',
    ...job,
  })
const claim = (owner: string, ms = leaseMs) =>
  inTransaction(services.pool, (client) => claimJob(client, { owner, leaseMs: ms }))
const mustClaim = async (owner: string, ms = leaseMs): Promise<ClaimedJob> => {
  const job = await claim(owner, ms)
  if (!job) throw new Error('nothing to claim')
  return job
}
const beat = (job: ClaimedJob) =>
  beatJob(services.pool, job, {
    leaseMs,
    progress: 0.5,
    items: [],
    etaMs: 1_000,
    bytes: 0,
    governor: null,
  })
const succeed = (job: ClaimedJob) =>
  endJob(services.pool, job, { status: 'succeeded', items: [], progress: 1, result: {}, error: null })
const statusOf = async (id: string | null) => (await findJob(services.pool, id ?? ''))?.status

describe('the job queue', () => {
  it('gives a job to one of many workers that ask at once', async () => {
    await add()
    const claims = await Promise.all(Array.from({ length: 8 }, (_, i) => claim(`worker-${i}`)))
    expect(claims.filter(Boolean)).toHaveLength(1)
  })

  it('runs one job of a pipeline at a time, and others beside it', async () => {
    await add()
    await add()
    await add({ pipeline: 'arrivals' })
    expect((await mustClaim('a')).pipeline).toBe('departures')
    expect((await mustClaim('b')).pipeline).toBe('arrivals')
    expect(await claim('c')).toBeNull()
  })

  it('takes a scheduled run before what people asked for, but not before what has waited a minute', async () => {
    const asked = await add({ pipeline: 'a' })
    const scheduled = await add({ kind: 'scheduled', pipeline: 'b' })
    const waiting = await add({ pipeline: 'c', runAfter: Date.now() - 120_000 })
    const order = [await mustClaim('w'), await mustClaim('w'), await mustClaim('w')]
    expect(order.map(({ id }) => id)).toEqual([waiting, scheduled, asked])
  })

  it('leaves a job until its time has come', async () => {
    const id = await add({ runAfter: Date.now() + 60_000 })
    expect(await claim('w')).toBeNull()
    await services.pool.query(`UPDATE job SET run_after = now() WHERE id = $1`, [id])
    expect((await mustClaim('w')).id).toBe(id)
  })

  it('runs a guard beside the jobs of its pipeline, in a lane of its own', async () => {
    const backfill = await add()
    const guard = await add({ kind: 'guard' })
    expect((await mustClaim('w')).id).toBe(backfill)
    expect(await claim('w')).toBeNull()
    const beside = await inTransaction(services.pool, (client) =>
      claimJob(client, { owner: 'w', leaseMs, lane: 'beside' }),
    )
    expect(beside?.id).toBe(guard)
  })

  it('[law 10] claims nothing the governor holds, and says on the job why', async () => {
    const held = [{ pipeline: 'departures', kinds: ['backfill' as const], reasons: ['a lag of 9 s'] }]
    const id = await add()
    const other = await add({ pipeline: 'other' })
    await markHeld(services.pool, held, 1_000)
    const admission = { jobs: null, held }
    const take = (jobs: number | null) =>
      inTransaction(services.pool, (client) =>
        claimJob(client, { owner: 'w', leaseMs, admission: { ...admission, jobs } }),
      )
    expect(await take(0)).toBeNull()
    expect((await take(null))?.id).toBe(other)
    expect(await take(null)).toBeNull()
    expect((await findJob(services.pool, id ?? ''))?.governor).toEqual({
      state: 'held',
      reasons: ['a lag of 9 s'],
      since: 1_000,
      heldMs: 0,
    })
    await markHeld(services.pool, [], 4_000)
    expect((await findJob(services.pool, id ?? ''))?.governor).toMatchObject({
      state: 'running',
      heldMs: 3_000,
    })
  })

  it('does not claim a paused job; one whose worker died while it was to pause waits as a queued one', async () => {
    const id = await add()
    await markPause(services.pool, id ?? '', true)
    expect(await claim('w')).toBeNull()
    await markPause(services.pool, id ?? '', false)
    await mustClaim('w', lostLease)
    await markPause(services.pool, id ?? '', true)
    expect(await claim('w')).toBeNull()
    expect(await endAbandoned(services.pool)).toEqual([id])
    expect(await statusOf(id)).toBe('queued')
  })

  it('lists, of a queued job that is cancelled, what it had finished', async () => {
    const item = { id: '1', label: 'one', from: 0, to: 1, version: 3, rows: 1, error: null }
    const id = await add({
      items: [
        { ...item, status: 'succeeded' },
        { ...item, id: '2', label: 'two', status: 'queued' },
      ],
    })
    const job = await markCancel(services.pool, id ?? '')
    expect(job?.items.map(({ status }) => status)).toEqual(['succeeded', 'cancelled'])
    expect(job?.result).toEqual({ finished: ['one'] })
  })

  it('keeps one unfinished job for a dedupe key, and takes the key again afterwards', async () => {
    const first = await add({ dedupeKey: 'scheduled:departures' })
    expect(await add({ dedupeKey: 'scheduled:departures' })).toBeNull()
    await succeed(await mustClaim('a'))
    expect(await statusOf(first)).toBe('succeeded')
    expect(await add({ dedupeKey: 'scheduled:departures' })).not.toBeNull()
  })

  it('[law 7] hands a job over when its lease expires, and fences the old worker out', async () => {
    await add()
    const old = await mustClaim('a', lostLease)
    const taken = await mustClaim('b')
    expect(taken.id).toBe(old.id)
    expect(taken.fence).toBeGreaterThan(old.fence)
    expect(await beat(old)).toEqual({ held: false })
    expect(await succeed(old)).toBe(false)
    expect(await inTransaction(services.pool, (client) => lockHeldJob(client, old))).toBe('lost')
    expect(await inTransaction(services.pool, (client) => lockHeldJob(client, taken))).toBe('held')
    expect(await succeed(taken)).toBe(true)
  })

  it('does not hand over a job whose worker keeps its heartbeat', async () => {
    await add()
    const job = await mustClaim('a')
    expect(await beat(job)).toMatchObject({ held: true, cancelRequested: false })
    expect(await claim('b')).toBeNull()
  })

  it('[law 11] fails a job whose worker died as often as it may be tried', async () => {
    const id = await add({ maxAttempts: 2 })
    await mustClaim('a', lostLease)
    await mustClaim('b', lostLease)
    expect(await endAbandoned(services.pool)).toEqual([id])
    expect(await findJob(services.pool, id ?? '')).toMatchObject({ status: 'failed', attempts: 2 })
    expect(await claim('c')).toBeNull()
  })

  it('cancels a queued job at once and tells the worker of a running one', async () => {
    const queued = await add({ pipeline: 'x' })
    expect((await markCancel(services.pool, queued ?? ''))?.status).toBe('cancelled')
    await add()
    const running = await mustClaim('a')
    expect((await markCancel(services.pool, running.id))?.status).toBe('running')
    expect(await beat(running)).toMatchObject({ held: true, cancelRequested: true })
    expect(await inTransaction(services.pool, (client) => lockHeldJob(client, running))).toBe('cancelled')
  })

  it('cancels a job whose worker died after the cancel was asked for', async () => {
    const id = await add()
    const job = await mustClaim('a', lostLease)
    await markCancel(services.pool, job.id)
    await endAbandoned(services.pool)
    expect(await statusOf(id)).toBe('cancelled')
  })

  it('leaves a finished job as it is when a cancel comes too late', async () => {
    const id = await add()
    await succeed(await mustClaim('a'))
    expect((await markCancel(services.pool, id ?? ''))?.status).toBe('succeeded')
  })

  it('waits before another attempt, and counts it', async () => {
    await add()
    const first = await mustClaim('a')
    await requeueJob(services.pool, first, { waitMs: 60_000, error: 'DuckDB ran out of memory', items: [] })
    expect(await claim('a')).toBeNull()
    expect(await findJob(services.pool, first.id)).toMatchObject({
      status: 'queued',
      error: 'DuckDB ran out of memory',
    })
    await requeueReady(first.id)
    expect((await mustClaim('a')).attempts).toBe(2)
  })

  it('does not count the attempt of a worker that is told to stop', async () => {
    await add()
    await releaseJob(services.pool, await mustClaim('a'))
    expect((await mustClaim('b')).attempts).toBe(1)
  })

  it('lists running jobs first, then queued, then the newest', async () => {
    await add({ pipeline: 'done' })
    await succeed(await mustClaim('a'))
    await add({ pipeline: 'running' })
    await mustClaim('a')
    await add({ pipeline: 'queued' })
    const jobs = await selectJobs(services.pool, { pipeline: null, limit: 10 })
    expect(jobs.map(({ pipeline }) => pipeline)).toEqual(['running', 'queued', 'done'])
  })
})

const requeueReady = (id: string) =>
  services.pool.query('UPDATE job SET run_after = now() WHERE id = $1', [id])
