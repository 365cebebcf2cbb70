import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckDbEngine, type ArchiveSource, type BatchEngine } from '../batch'
import { archiveOf } from '../batch/testing'
import { inTransaction } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { provisionStreams } from '../log'
import { AppError, sleep } from '../platform'
import { publishVersions, readValues } from '../serving'
import type { History } from '../serving/testing/history'
import { searchAudit } from './audit-search'
import { verifyAudit } from './audit-verify'
import { runBatchWorker } from './batch-worker'
import { claimJob, requeueJob } from './job-store'
import { getJob, requestCancel } from './jobs'
import type { JobView, PlanView } from './model'
import { applyPlan, createPlan, getPlan, type PlanRequest } from './plans'
import { hourStart, pipelineWithHistory } from './testing'

let services: TestServices
let engine: BatchEngine
let now: number | null = null
const clock = { now: () => now ?? Date.now() }
const hour = 3_600_000

beforeAll(async () => {
  services = await startTestServices()
  await provisionStreams(services.nats, { maxBytes: 128 * 1024 ** 2 })
  engine = await openDuckDbEngine({ tempDir: services.dataDir, threads: 1 })
})
afterAll(async () => {
  await engine.close()
  await services.stop()
})

const deps = () => ({ pool: services.pool, nats: services.nats, clock })

/** An archive that can be held back, as one that lags the log. */
function gated(source: ArchiveSource) {
  const gate = { open: true }
  const reachedSeq = async () => (gate.open ? source.reachedSeq() : -1)
  return { gate, archive: { ...source, reachedSeq } }
}

async function withWorker<T>(archive: ArchiveSource, fn: () => Promise<T>): Promise<T> {
  const stop = await runBatchWorker({ ...deps(), engine, archive })
  try {
    return await fn()
  } finally {
    await stop()
  }
}

async function waitForJob(id: string, until: (job: JobView) => boolean): Promise<JobView> {
  for (let i = 0; i < 600; i++) {
    const job = await getJob(deps(), id)
    if (until(job)) return job
    await sleep(50)
  }
  throw new Error(`job ${id} did not get there: ${JSON.stringify(await getJob(deps(), id))}`)
}

const finished = (job: JobView) => job.finishedAt !== null

async function scheduledJob(pipeline: string): Promise<JobView> {
  for (let i = 0; i < 600; i++) {
    const { rows } = await services.pool.query<{ id: string }>(
      `SELECT id FROM job WHERE pipeline = $1 AND kind = 'scheduled' AND finished_at IS NOT NULL`,
      [pipeline],
    )
    if (rows[0]) return getJob(deps(), rows[0].id)
    await sleep(50)
  }
  throw new Error('no scheduled run came')
}

const plan = (request: PlanRequest) => createPlan(deps(), request, 'ada@example.org')
const apply = (view: PlanView, reason = 'because') =>
  applyPlan(deps(), { id: view.id, reason, actor: 'ada@example.org' })
const refusal = async (promise: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof AppError) return error
  throw new Error(`not refused: ${String(error)}`)
}

/** The schedule has had its turn with every pipeline. */
async function nothingIsDue(): Promise<void> {
  await services.pool.query(`DELETE FROM job WHERE kind = 'scheduled' AND finished_at IS NULL`)
  await services.pool.query(
    `INSERT INTO job (kind, pipeline, payload, status, created_by, finished_at)
     SELECT 'scheduled', pipeline, jsonb_build_object('computeId', id), 'succeeded', 'schedule', now() FROM compute`,
  )
}

async function totalTrips(history: History): Promise<number> {
  const { compute, compiled } = history
  let cursor: string | undefined
  let total = 0
  do {
    const page = await readValues(services.pool, {
      compute,
      compiled,
      limit: 1_000,
      measure: 'trips',
      cursor,
    })
    for (const cell of page.values) total += Number(cell.measures.trips)
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  return total
}

const distinctEvents = (history: History) => new Set(history.log.map(({ id }) => id)).size
const archived = (history: History) => archiveOf(history, services.dataDir, 250)

describe('a scheduled run', () => {
  it('publishes the closed windows of a pipeline that is due, and no one need ask', async () => {
    const history = await pipelineWithHistory(services.pool, 'scheduled')
    const job = await withWorker(await archived(history), () => scheduledJob('scheduled'))
    expect(job).toMatchObject({ status: 'succeeded', progress: 1, createdBy: 'schedule' })
    expect(job.items.length).toBeGreaterThan(0)
    expect(job.items.every(({ status, version }) => status === 'succeeded' && version !== null)).toBe(true)
    expect(await totalTrips(history)).toBe(distinctEvents(history))
  })
})

describe('a backfill', () => {
  it('[law 8] is planned exactly, applied once, run, published and audited', async () => {
    const history = await pipelineWithHistory(services.pool, 'backfill')
    const view = await plan({
      kind: 'backfill',
      pipeline: 'backfill',
      from: hourStart + 1,
      to: hourStart + 2 * hour - 1,
      options: { mode: 'all' },
    })
    expect(view.state).toBe('ready')
    expect(view.items[0]).toMatchObject({ from: hourStart, activeVersions: [] })
    expect(view.items.at(-1)).toMatchObject({ to: hourStart + 2 * hour })
    expect(view.blastRadius).toMatchObject({ keys: 3, consumers: [] })
    expect(view.blastRadius.cells).toBe(view.items.reduce((sum, { cells }) => sum + cells, 0))
    const { jobId } = await apply(view)
    expect((await getJob(deps(), jobId)).status).toBe('queued')
    const again = await refusal(apply(view))
    expect(again).toMatchObject({ code: 'conflict', details: { changed: [{ what: 'plan' }], jobId } })
    const job = await withWorker(await archived(history), () => waitForJob(jobId, finished))
    expect(job).toMatchObject({ status: 'succeeded', progress: 1, planId: view.id, reason: 'because' })
    expect(await getPlan(deps(), view.id)).toMatchObject({
      state: 'applied',
      appliedBy: 'ada@example.org',
      jobId,
    })
    expect(await totalTrips(history)).toBe(distinctEvents(history))
    const { entries: trail } = await searchAudit(services, {}, { before: null, limit: 2 })
    expect(trail.map(({ action }) => action)).toEqual(['version.publish', 'plan.apply'])
    expect(await verifyAudit(services)).toMatchObject({ brokenAt: null })
  })

  it('of what is missing plans the gaps only, and nothing when there are none', async () => {
    const history = await pipelineWithHistory(services.pool, 'missing')
    const cut = await history.rotate()
    const half = await history.stage({ from: hourStart, to: hourStart + hour }, cut)
    await inTransaction(services.pool, (client) =>
      publishVersions(client, {
        computeId: history.computeId,
        versionIds: [half.id],
        actor: 'test',
        reason: null,
        jobId: null,
      }),
    )
    const request = {
      kind: 'backfill',
      pipeline: 'missing',
      from: hourStart,
      options: { mode: 'missing' },
    } as const
    const view = await plan({ ...request, to: hourStart + 2 * hour })
    expect(view.items.map(({ from, to }) => [from, to])).toEqual([[hourStart + hour, hourStart + 2 * hour]])
    expect((await refusal(plan({ ...request, to: hourStart + hour }))).code).toBe('unprocessable')
  })

  it('leaves out windows that are still open and says so; refuses a range with none closed', async () => {
    const history = await pipelineWithHistory(services.pool, 'open')
    now = hourStart + hour + 9_000
    try {
      const view = await plan({
        kind: 'reconcile',
        pipeline: 'open',
        from: hourStart,
        to: hourStart + 2 * hour,
      })
      expect(view.items.at(-1)?.to).toBe(hourStart + hour)
      expect(view.notes.join()).toMatch(/still open/)
      const later = plan({
        kind: 'reconcile',
        pipeline: 'open',
        from: hourStart + hour,
        to: hourStart + 2 * hour,
      })
      expect((await refusal(later)).code).toBe('unprocessable')
    } finally {
      now = null
    }
    expect(history.log.length).toBeGreaterThan(0)
  })
})

describe('a plan that no longer holds', () => {
  it('[law 8] is refused, naming the versions that came into force meanwhile', async () => {
    const history = await pipelineWithHistory(services.pool, 'conflict')
    const request = {
      kind: 'reconcile',
      pipeline: 'conflict',
      from: hourStart,
      to: hourStart + hour,
    } as const
    const first = await plan(request)
    const second = await plan(request)
    await withWorker(await archived(history), async () => {
      const { jobId } = await apply(first)
      await waitForJob(jobId, finished)
    })
    const refused = await refusal(apply(second))
    expect(refused.code).toBe('conflict')
    expect(refused.details?.changed).toMatchObject([
      {
        what: expect.stringMatching(/^version from /) as string,
        expected: 'none, speed alone answers',
        found: expect.stringMatching(/^version \d+/) as string,
      },
    ])
  })

  it('is refused after fifteen minutes', async () => {
    await pipelineWithHistory(services.pool, 'expired')
    const view = await plan({ kind: 'reconcile', pipeline: 'expired', from: hourStart, to: hourStart + hour })
    now = Date.now() + 15 * 60_000
    try {
      expect((await getPlan(deps(), view.id)).state).toBe('expired')
      expect(await refusal(apply(view))).toMatchObject({
        code: 'conflict',
        details: { changed: [{ expected: 'not expired' }] },
      })
    } finally {
      now = null
    }
  })

  it('is refused when the pipeline was removed, and without a reason', async () => {
    await pipelineWithHistory(services.pool, 'removed')
    const view = await plan({ kind: 'reconcile', pipeline: 'removed', from: hourStart, to: hourStart + hour })
    expect((await refusal(apply(view, '  '))).code).toBe('bad_request')
    await services.pool.query(`UPDATE pipeline SET deleted_at = now() WHERE name = 'removed'`)
    expect(await refusal(apply(view))).toMatchObject({
      code: 'conflict',
      details: { changed: [{ found: 'removed' }] },
    })
  })

  it('is applied by one of two who press at once', async () => {
    await pipelineWithHistory(services.pool, 'twice')
    const view = await plan({ kind: 'reconcile', pipeline: 'twice', from: hourStart, to: hourStart + hour })
    const results = await Promise.allSettled([apply(view), apply(view), apply(view)])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await services.pool.query(`UPDATE pipeline SET deleted_at = now() WHERE name = 'twice'`)
  })
})

describe('a rollback', () => {
  it('[law 6] is one flip, done when it is applied, and can itself be rolled back', async () => {
    const history = await pipelineWithHistory(services.pool, 'rollback')
    const run = async () => {
      const { jobId } = await apply(
        await plan({ kind: 'reconcile', pipeline: 'rollback', from: hourStart, to: hourStart + hour }),
      )
      return waitForJob(jobId, finished)
    }
    await withWorker(await archived(history), async () => {
      await run()
      await run()
    })
    const { rows } = await services.pool.query<{ publication: number }>(
      'SELECT publication FROM compute WHERE id = $1',
      [history.computeId],
    )
    const publication = rows[0]?.publication ?? 0
    const back = await plan({
      kind: 'rollback',
      pipeline: 'rollback',
      options: { publication: publication - 1 },
    })
    expect(back.items.length).toBeGreaterThan(0)
    const stale = await plan({
      kind: 'rollback',
      pipeline: 'rollback',
      options: { publication: publication - 1 },
    })
    const { jobId } = await apply(back)
    expect(await getJob(deps(), jobId)).toMatchObject({ kind: 'rollback', status: 'succeeded', progress: 1 })
    expect((await refusal(apply(stale))).code).toBe('conflict')
    const forward = await plan({ kind: 'rollback', pipeline: 'rollback', options: { publication } })
    await apply(forward)
    expect(await totalTrips(history)).toBe(distinctEvents(history))
    const same = plan({ kind: 'rollback', pipeline: 'rollback', options: { publication } })
    expect((await refusal(same)).code).toBe('unprocessable')
  })
})

describe('a running job', () => {
  it('is cancelled while it waits for the archive, and leaves nothing staged', async () => {
    const history = await pipelineWithHistory(services.pool, 'cancelled')
    await nothingIsDue()
    const { gate, archive } = gated(await archived(history))
    gate.open = false
    const { jobId } = await apply(
      await plan({ kind: 'reconcile', pipeline: 'cancelled', from: hourStart, to: hourStart + hour }),
    )
    const job = await withWorker(archive, async () => {
      await waitForJob(jobId, ({ status }) => status === 'running')
      await requestCancel(deps(), { id: jobId, actor: 'ada@example.org' })
      return waitForJob(jobId, finished)
    })
    expect(job.status).toBe('cancelled')
    expect((await refusal(requestCancel(deps(), { id: jobId, actor: 'ada' }))).code).toBe('conflict')
    const { rows } = await services.pool.query<{ n: number }>(
      `SELECT count(*) AS n FROM version WHERE job_id = $1 AND state <> 'discarded'`,
      [jobId],
    )
    expect(rows[0]?.n).toBe(0)
  })

  it('[law 7] publishes nothing once another worker has taken it over', async () => {
    const history = await pipelineWithHistory(services.pool, 'fenced')
    await nothingIsDue()
    const source = await archived(history)
    const slow = gated(source)
    slow.gate.open = false
    const { jobId } = await apply(
      await plan({ kind: 'reconcile', pipeline: 'fenced', from: hourStart, to: hourStart + hour }),
    )
    const stopOld = await runBatchWorker({ ...deps(), engine, archive: slow.archive, owner: 'old' })
    await waitForJob(jobId, ({ status }) => status === 'running')
    // As if the old worker had been asleep for longer than its lease.
    const taken = await inTransaction(services.pool, async (client) => {
      await client.query(`UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1`, [jobId])
      return claimJob(client, { owner: 'new', leaseMs: 60_000 })
    })
    expect(taken?.id).toBe(jobId)
    slow.gate.open = true
    await stopOld()
    const published = async () => {
      const { rows } = await services.pool.query<{ n: number }>(
        'SELECT count(*) AS n FROM publication WHERE job_id = $1',
        [jobId],
      )
      return rows[0]?.n
    }
    expect(await published()).toBe(0)
    if (taken) await requeueJob(services.pool, taken, { waitMs: 0, error: null, items: taken.items })
    const job = await withWorker(source, () => waitForJob(jobId, finished))
    expect(job.status).toBe('succeeded')
    expect(await published()).toBe(1)
    expect(await totalTrips(history)).toBe(distinctEvents(history))
  })

  it('goes back to the queue when its worker is told to stop', async () => {
    const history = await pipelineWithHistory(services.pool, 'stopped')
    await nothingIsDue()
    const { gate, archive } = gated(await archived(history))
    gate.open = false
    const { jobId } = await apply(
      await plan({ kind: 'reconcile', pipeline: 'stopped', from: hourStart, to: hourStart + hour }),
    )
    await withWorker(archive, () => waitForJob(jobId, ({ status }) => status === 'running'))
    expect(await getJob(deps(), jobId)).toMatchObject({ status: 'queued', attempts: 0 })
    gate.open = true
    const job = await withWorker(archive, () => waitForJob(jobId, finished))
    expect(job).toMatchObject({ status: 'succeeded', attempts: 1 })
  })

  it('is tried again after a failure and fails for good after its attempts', async () => {
    const history = await pipelineWithHistory(services.pool, 'failing')
    await nothingIsDue()
    const source = await archived(history)
    const broken: ArchiveSource = {
      ...source,
      scan: () => Promise.reject(new Error('a canary from the disk')),
    }
    const { jobId } = await apply(
      await plan({ kind: 'reconcile', pipeline: 'failing', from: hourStart, to: hourStart + hour }),
    )
    const job = await withWorker(broken, async () => {
      await waitForJob(jobId, ({ status, attempts }) => status === 'queued' && attempts === 1)
      await services.pool.query('UPDATE job SET run_after = now(), max_attempts = 2 WHERE id = $1', [jobId])
      return waitForJob(jobId, finished)
    })
    expect(job).toMatchObject({ status: 'failed', attempts: 2 })
    expect(job.error).not.toMatch(/canary/)
    expect(await totalTrips(history)).toBe(distinctEvents(history))
  })
})
