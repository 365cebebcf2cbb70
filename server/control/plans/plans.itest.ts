import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hourStart } from '../testing'
import {
  ada,
  bob,
  bothHours,
  distinctEvents,
  firstHour,
  hour,
  PlanWorld,
  refusal,
  secondHour,
} from '../testing-plans'
import { approvePlan } from './approve-plan'

let world: PlanWorld
beforeAll(async () => {
  world = await PlanWorld.open()
})
afterAll(() => world.close())

const minute = 60_000

describe('which windows a plan takes', () => {
  it('missing: what no version answers for, newest first; and says so when nothing is', async () => {
    const history = await world.pipeline('missing')
    const half = { from: hourStart + 30 * minute, to: hourStart + hour }
    await world.done(history, { kind: 'reconcile', pipeline: 'missing', ...half })
    const request = { kind: 'backfill', pipeline: 'missing', ...bothHours } as const
    const options = { mode: 'missing', order: 'newest' } as const
    const view = await world.plan({ ...request, options })
    expect(view.items.map(({ from, to }) => [from, to])).toEqual([
      [hourStart + hour, hourStart + 2 * hour],
      [hourStart, hourStart + 30 * minute],
    ])
    expect(view.blastRadius.cells).toBe(view.items.reduce((sum, { cells }) => sum + cells, 0))
    const job = await world.withWorker(history, async () => world.ended((await world.apply(view)).jobId))
    expect(job).toMatchObject({ status: 'succeeded', result: { ranges: 2 } })
    expect(await world.trips(history)).toBe(distinctEvents(history))
    expect(await refusal(world.plan({ ...request, options }))).toMatchObject({ code: 'unprocessable' })
  })

  it('divergent: windows with late events since their cut, and those whose comparison found a difference', async () => {
    const history = await world.pipeline('divergent')
    await world.late(history, 'late-1')
    const request = { kind: 'backfill', pipeline: 'divergent', ...bothHours } as const
    const view = await world.plan({ ...request, options: { mode: 'divergent' } })
    const at = hourStart + 5 * minute
    expect(view.items.map(({ from, to }) => [from, to])).toEqual([
      [at - (at % 10_000), at - (at % 10_000) + 10_000],
    ])
    const job = await world.withWorker(history, async () => world.ended((await world.apply(view)).jobId))
    expect(job.status).toBe('succeeded')
    expect(job.result?.comparison?.differing).toBeGreaterThan(0)
    expect(job.result?.corrections).toBeGreaterThan(0)
    expect(await world.trips(history)).toBe(distinctEvents(history))
    const again = await world.plan({ ...request, options: { mode: 'divergent' } })
    expect(again.items).toHaveLength(1)
  })

  it('keys: windows that hold one of them, recomputed whole', async () => {
    const history = await world.pipeline('keys')
    await world.late(history, 'only', 'rare', 20)
    const from = hourStart + 20 * minute
    const view = await world.plan({ kind: 'reconcile', pipeline: 'keys', ...bothHours, keys: ['rare'] })
    expect(view.keys).toEqual(['rare'])
    // A late event leaves a mark in the speed view, though it is not counted there.
    expect(view.items.map((item) => [item.from, item.to])).toEqual([
      [from - (from % 10_000), from - (from % 10_000) + 10_000],
    ])
    expect(view.notes.join(' ')).toMatch(/1 window holds the key "rare", and every key of it/)
    const none = world.plan({ kind: 'reconcile', pipeline: 'keys', ...bothHours, keys: ['nobody'] })
    expect(await refusal(none)).toMatchObject({
      code: 'unprocessable',
      message: expect.stringMatching(/nobody/) as string,
    })
  })

  it('failed: what failed in a job, and only that', async () => {
    const history = await world.pipeline('failed')
    const source = await world.archive(history)
    const broken = {
      ...source,
      scan: (type: string, range: { from: number; to: number } | null) =>
        range && range.from >= hourStart + hour
          ? Promise.reject(new Error('the disk is gone'))
          : source.scan(type, range),
    }
    const request = { kind: 'backfill', pipeline: 'failed', ...bothHours } as const
    const { jobId } = await world.apply(await world.plan({ ...request, options: { mode: 'all' } }))
    await world.pool.query('UPDATE job SET max_attempts = 1 WHERE id = $1', [jobId])
    const job = await world.withArchive(broken, () => world.ended(jobId))
    expect(job).toMatchObject({ status: 'partial', result: { ranges: 1 } })
    expect(job.items.map(({ status }) => status)).toEqual(['succeeded', 'failed'])
    const options = { mode: 'failed', retryOf: jobId } as const
    const retry = await world.plan({ ...request, options })
    expect(retry.items).toMatchObject([secondHour])
    expect((await world.plan({ ...request, options: { mode: 'failed' } })).items).toMatchObject([secondHour])
    const done = await world.withWorker(history, async () => world.ended((await world.apply(retry)).jobId))
    expect(done.status).toBe('succeeded')
    expect(await world.trips(history)).toBe(distinctEvents(history))
    expect((await refusal(world.plan({ ...request, options: { mode: 'failed' } }))).code).toBe(
      'unprocessable',
    )
  })
})

describe('applying a plan', () => {
  it('[law 8] is refused when one window changed since, naming it, with nothing written', async () => {
    const history = await world.pipeline('moved')
    const plan = await world.plan({ kind: 'reconcile', pipeline: 'moved', ...bothHours })
    const window = { from: hourStart + 10 * minute, to: hourStart + 10 * minute + 10_000 }
    const from = window.from - (window.from % 10_000)
    await world.done(history, { kind: 'reconcile', pipeline: 'moved', from, to: from + 10_000 })
    const before = await world.count('job')
    const refused = await refusal(world.apply(plan))
    const named = `version from ${new Date(from).toISOString()} to ${new Date(from + 10_000).toISOString()}`
    expect(refused).toMatchObject({
      code: 'conflict',
      details: { changed: [{ what: named, expected: 'none, speed alone answers', found: 'version 1' }] },
    })
    expect(await world.count('job')).toBe(before)
    expect(await world.get(plan)).toMatchObject({ state: 'ready', jobId: null })
    expect(await world.publications('moved')).toBe(1)
  })

  it('is done by one of two who press at once, and never twice', async () => {
    await world.pipeline('twice')
    const plan = await world.plan({ kind: 'reconcile', pipeline: 'twice', ...firstHour })
    const results = await Promise.allSettled([world.apply(plan, ada), world.apply(plan, bob)])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await refusal(world.apply(plan))).toMatchObject({
      code: 'conflict',
      details: { changed: [{ what: 'plan', expected: 'not applied' }] },
    })
    expect(await world.count(`job WHERE plan_id = $1`, plan.id)).toBe(1)
  })

  it('is refused beyond the day’s quota, which says what is left and what to do', async () => {
    const quota = { backfillBytesPerDay: '4kB' }
    const history = await world.pipeline('quota', { budget: { monthly: 1, currency: 'EUR', quota } })
    const first = await world.plan({ kind: 'reconcile', pipeline: 'quota', ...bothHours })
    // The archive's manifest is empty here: what the plan would read is put in by hand.
    const bytes = (plan: { id: string }, n: number) =>
      world.pool.query(
        `UPDATE plan SET estimate = estimate || jsonb_build_object('bytes', $2::int) WHERE id = $1`,
        [plan.id, n],
      )
    expect(first.estimate.quota).toEqual({ perDay: 4_000, usedToday: 0, left: 4_000 })
    await bytes(first, 4_001)
    const refused = await refusal(world.apply(first))
    expect(refused.code).toBe('conflict')
    expect(refused.message).toMatch(/4 kB is left\. Choose a shorter range, .* or raise budget\.quota/)
    await bytes(first, 2_500)
    const { jobId } = await world.apply(first)
    const second = await world.plan({ kind: 'reconcile', pipeline: 'quota', ...firstHour })
    expect(second.estimate.quota).toMatchObject({ usedToday: 2_500, left: 1_500 })
    const job = await world.withWorker(history, () => world.ended(jobId))
    expect(job.bytes).toBeGreaterThan(0)
    expect(job.estimate?.bytes).toBe(2_500)
    expect(
      (await world.plan({ kind: 'reconcile', pipeline: 'quota', ...firstHour })).estimate.quota?.usedToday,
    ).toBe(job.bytes)
  })

  it('above the policy’s size needs a second person: not the planner, not the one who applies', async () => {
    await world.pipeline('eyes')
    await world.pool.query(
      `INSERT INTO setting (key, value) VALUES ('policy', '{"fourEyesCells": 10, "fourEyesBytes": null}')
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    )
    try {
      const plan = await world.plan({ kind: 'reconcile', pipeline: 'eyes', ...firstHour })
      expect(plan).toMatchObject({ needsSecond: true, approvals: [] })
      const missing = { code: 'conflict', details: { changed: [{ what: 'approval', found: 'none' }] } }
      expect(await refusal(world.apply(plan))).toMatchObject(missing)
      const approve = (actor: string) =>
        approvePlan(world.deps, { id: plan.id, actor, reason: 'looked at it' })
      expect((await refusal(approve(ada))).code).toBe('forbidden')
      expect((await approve(bob)).approvals).toMatchObject([{ by: bob, reason: 'looked at it' }])
      expect((await refusal(world.apply(plan, bob))).code).toBe('conflict')
      expect(await world.apply(plan)).toHaveProperty('jobId')
      const trail = await world.count(`audit_entry WHERE action = 'plan.approve' AND actor = $1`, bob)
      expect(trail).toBe(1)
      expect((await refusal(approve('eve@example.org'))).code).toBe('conflict')
    } finally {
      await world.pool.query(`DELETE FROM setting WHERE key = 'policy'`)
    }
  })

  it('for later waits until then, and does not start when something moved', async () => {
    const history = await world.pipeline('later')
    const soon = await world.plan({
      kind: 'backfill',
      pipeline: 'later',
      ...firstHour,
      options: { mode: 'all', runAt: Date.now() + hour },
    })
    const { jobId } = await world.apply(soon)
    expect(await world.job(jobId)).toMatchObject({ status: 'queued', runAfter: soon.options.runAt })
    const due = () => world.pool.query('UPDATE job SET run_after = now() WHERE id = $1', [jobId])
    await world.done(history, { kind: 'reconcile', pipeline: 'later', ...firstHour })
    expect((await world.job(jobId)).status).toBe('queued')
    await due()
    const job = await world.withWorker(history, () => world.ended(jobId))
    expect(job).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^It was not started: version from .*Plan it again\.$/) as string,
      result: { changed: [{ found: 'version 1' }] },
    })
    expect(await world.publications('later')).toBe(1)
  })
})
