import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArchiveSource } from '../batch'
import { inTransaction } from '../clients'
import { verifyAudit } from './audit-verify'
import { jobBeatsOf, JobRun } from './job-run'
import { jobRunners } from './job-runners'
import { claimJob, type Lane } from './job-store'
import type { PlanView } from './model'
import { applyPlan } from './plans'
import { openMortalPool, type Death } from './testing-mortal-pool'
import { ada, bothHours, distinctEvents, firstHour, PlanWorld } from './testing-plans'

let world: PlanWorld
beforeAll(async () => {
  world = await PlanWorld.open()
})
afterAll(() => world.close())

/** Runs `fn` in a process that dies; resolves to how many statements it had sent. */
async function dying(
  death: Death,
  fn: (pool: ReturnType<typeof openMortalPool>['pool']) => Promise<unknown>,
) {
  const mortal = openMortalPool(world.services.databaseUrl, death)
  await fn(mortal.pool).catch(() => undefined)
  await mortal.pool.end().catch(() => undefined)
  return mortal.statements()
}

/** What applying a plan writes: all of it, or nothing. */
async function written(plan: PlanView) {
  const { pipeline } = plan
  const jobs = await world.count(`job WHERE plan_id = $1 AND kind <> 'preview'`, plan.id)
  const applied = (await world.get(plan)).state === 'applied' ? 1 : 0
  const entries = await world.count(
    `audit_entry WHERE action = 'plan.apply' AND detail->>'planId' = $1`,
    plan.id,
  )
  const publication = await world.publications(pipeline)
  const corrected = await world.count(
    'correction WHERE pipeline = $1 AND publication = $2',
    pipeline,
    publication,
  )
  return { jobs, applied, entries, publication, corrected }
}

/** Dies at every statement of an apply in turn, until one gets through. */
async function applyUntilItHolds(plan: PlanView): Promise<number> {
  const before = await written(plan)
  for (let at = 1; at < 200; at++)
    for (const when of ['before', 'after'] as const) {
      await dying({ at, when }, (pool) =>
        applyPlan({ ...world.deps, pool }, { id: plan.id, reason: 'because', actor: ada }),
      )
      const now = await written(plan)
      if (now.applied === 1) {
        expect(now).toMatchObject({ jobs: 1, entries: 1, publication: before.publication + 1 })
        return at
      }
      expect(now, `statement ${at}, ${when}`).toEqual(before)
    }
  throw new Error('the plan was never applied')
}

/** A job in the hands of a process that dies at a statement; then its lease runs out. */
async function runDying(lane: Lane, archive: ArchiveSource, death: Death): Promise<number> {
  const job = await inTransaction(world.pool, (client) =>
    claimJob(client, { owner: 'mortal', leaseMs: 60_000, lane }),
  )
  if (!job) throw new Error('there is no job to claim')
  const statements = await dying(death, async (pool) => {
    const run = new JobRun(jobBeatsOf(pool), job, () => undefined)
    try {
      await jobRunners[job.kind]?.({ ...world.deps, pool, engine: world.engine, archive }, run)
    } finally {
      await run.end()
    }
  })
  await world.pool.query(
    `UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1 AND status = 'running'`,
    [job.id],
  )
  return statements
}

describe('[law 7] a process that is killed', () => {
  it('while a rollback is applied leaves all of it or nothing, wherever it was', async () => {
    const history = await world.pipeline('kill-rollback')
    await world.late(history, 'late-1')
    await world.done(history, { kind: 'reconcile', pipeline: 'kill-rollback', ...bothHours })
    const plan = await world.plan({
      kind: 'rollback',
      pipeline: 'kill-rollback',
      options: { publication: 0 },
    })
    expect(await applyUntilItHolds(plan)).toBeGreaterThan(10)
    expect((await written(plan)).corrected).toBeGreaterThan(0)
    expect(await verifyAudit(world.services)).toMatchObject({ brokenAt: null })
  })

  it('while a preview is put in force leaves all of it or nothing, wherever it was', async () => {
    const history = await world.pipeline('kill-apply')
    await world.late(history, 'late-1')
    const plan = await world.previewed(history, {
      kind: 'reconcile',
      pipeline: 'kill-apply',
      ...bothHours,
      options: { preview: true },
    })
    expect(await applyUntilItHolds(plan)).toBeGreaterThan(10)
    expect(await world.trips(history)).toBe(distinctEvents(history))
    expect(await verifyAudit(world.services)).toMatchObject({ brokenAt: null })
  })

  it.each([
    ['a run', undefined],
    ['a preview', true],
  ])('while it is in %s leaves a job that the next worker ends, once', async (_what, preview) => {
    const name = preview ? 'kill-preview' : 'kill-run'
    const history = await world.pipeline(name)
    await world.late(history, 'late-1')
    const archive = await world.archive(history)
    const request = { kind: 'reconcile', pipeline: name, ...firstHour, options: { preview } } as const
    const begin = async () => {
      const plan = await world.plan(request)
      const jobId = plan.preview?.jobId ?? (await world.apply(plan)).jobId
      return { plan, jobId }
    }
    const measured = await begin()
    const statements = await runDying('main', archive, { at: Infinity, when: 'before' })
    expect((await world.job(measured.jobId)).status).toBe('succeeded')
    // From the end backwards, where the publication and the job's end are; and a few before.
    const places = [0, 1, 2, 4, 8, Math.floor(statements / 2)].map((back) => statements - back)
    for (const at of places) {
      const { plan, jobId } = await begin()
      const published = await world.publications(name)
      await runDying('main', archive, { at, when: at % 2 === 0 ? 'before' : 'after' })
      const job = await world.withArchive(archive, () => world.ended(jobId))
      expect(job.status, `statement ${at} of ${statements}`).toBe('succeeded')
      if (preview) expect((await world.get(plan)).preview?.status).toBe('ready')
      expect((await world.publications(name)) - published).toBe(preview ? 0 : 1)
      expect(await world.count('publication WHERE job_id = $1', jobId)).toBe(preview ? 0 : 1)
    }
    if (!preview) expect(await world.trips(history)).toBe(distinctEvents(history))
    const held = preview ? places.length + 1 : 0
    await world.withArchive(archive, () =>
      world.until('nothing else is staged', async () => (await world.staged(name)) === held),
    )
  })

  it('while a guard takes a flip back leaves all of it or nothing, and a job that tells which', async () => {
    const history = await world.pipeline('kill-guard')
    const archive = await world.archive(history)
    const guard = { minutes: 30, divergence: 0.1 }
    const flip = await world.done(history, {
      kind: 'reconcile',
      pipeline: 'kill-guard',
      ...firstHour,
      options: { guard },
    })
    const id = flip.result?.guardJob ?? ''
    // A comparison after the flip that is far beyond the bound.
    await world.pool.query(
      `INSERT INTO comparison (version_id, compute_id, cells, differing, beyond, drifting, in_flight, measures, seconds, at)
       VALUES (0, $1, 1, 1, 1, 0, 0, '{"trips": {"largest": {"relative": 0.9}}}', 0, clock_timestamp())`,
      [history.computeId],
    )
    for (let at = 1; at < 100; at++) {
      await world.pool.query(`UPDATE job SET attempts = 0, run_after = now() WHERE id = $1`, [id])
      await runDying('beside', archive, { at, when: at % 2 === 0 ? 'before' : 'after' })
      const job = await world.job(id)
      const publications = await world.publications('kill-guard')
      const trail = await world.count(`audit_entry WHERE action = 'guard.rollback' AND object = 'kill-guard'`)
      if (job.finishedAt !== null) {
        expect(job).toMatchObject({ status: 'partial', result: { guard: { outcome: 'rolled back' } } })
        expect({ publications, trail }).toEqual({ publications: 2, trail: 1 })
        expect(await world.trips(history)).toBe(distinctEvents(history))
        return
      }
      expect({ at, publications, trail }).toEqual({ at, publications: 1, trail: 0 })
    }
    throw new Error('the guard never got through')
  })
})
