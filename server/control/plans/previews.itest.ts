import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ada, bothHours, distinctEvents, firstHour, PlanWorld, refusal, secondHour } from '../testing-plans'
import { requestCancel } from '../jobs'
import { listProposals } from './proposals'

let world: PlanWorld
beforeAll(async () => {
  world = await PlanWorld.open()
})
afterAll(() => world.close())

const preview = { preview: true }
const request = (pipeline: string) =>
  ({ kind: 'reconcile', pipeline, ...bothHours, options: preview }) as const
const swept = (pipeline: string) =>
  world.until(`${pipeline} has nothing staged`, async () => (await world.staged(pipeline)) === 0)

describe('a preview', () => {
  it('[law 8] shows what would change, puts nothing in force, and applying it publishes exactly that', async () => {
    const history = await world.pipeline('preview')
    await world.late(history, 'late-1')
    await world.done(history, { kind: 'reconcile', pipeline: 'preview', ...secondHour })
    const served = await world.trips(history)
    const plan = await world.previewed(history, request('preview'))
    expect(plan.preview).toMatchObject({ status: 'ready', error: null })
    expect(plan.preview?.diff).toMatchObject({ beyond: 1 })
    const cell = plan.preview?.diff?.largest.find(({ measure }) => measure === 'trips')
    expect(cell).toMatchObject({ key: 'a', mainCause: 'late' })
    expect(Number(cell?.after) - Number(cell?.before ?? 0)).toBe(1)
    expect(await world.trips(history)).toBe(served)
    expect(await world.publications('preview')).toBe(1)
    const { jobId } = await world.apply(plan)
    const job = await world.job(jobId)
    expect(job).toMatchObject({
      status: 'succeeded',
      kind: 'reconcile',
      result: { ranges: plan.items.length, corrections: expect.any(Number) as number },
    })
    expect(job.items.map(({ version }) => version)).toEqual(plan.preview?.versions)
    expect(await world.trips(history)).toBe(distinctEvents(history))
    expect(
      await world.count(`version WHERE id = ANY($1) AND state = 'published'`, plan.preview?.versionIds),
    ).toBe(plan.items.length)
    expect((await refusal(world.apply(plan))).code).toBe('conflict')
  })

  it('is waited for: a plan cannot be applied while its preview is computed', async () => {
    const history = await world.pipeline('pending')
    const plan = await world.plan(request('pending'))
    expect(plan.preview).toMatchObject({ status: 'queued', diff: null })
    expect(await refusal(world.apply(plan))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/Wait until it is ready/) as string,
      details: { changed: [{ what: 'preview' }] },
    })
    const jobId = plan.preview?.jobId ?? ''
    await requestCancel(world.deps, { id: jobId, actor: ada })
    expect((await world.get(plan)).preview).toMatchObject({
      status: 'failed',
      error: 'its job was cancelled',
    })
    const applied = await world.apply(plan)
    expect((await world.withWorker(history, () => world.ended(applied.jobId))).status).toBe('succeeded')
  })

  it('is refused once one of its versions is no longer staged, or its range moved', async () => {
    const history = await world.pipeline('stale')
    const gone = await world.previewed(history, request('stale'))
    await world.pool.query(`UPDATE version SET state = 'discarded' WHERE id = $1`, [
      gone.preview?.versionIds[0],
    ])
    expect(await refusal(world.apply(gone))).toMatchObject({
      details: { changed: [{ expected: 'staged', found: 'discarded' }] },
    })
    const moved = await world.previewed(history, request('stale'))
    await world.done(history, { kind: 'reconcile', pipeline: 'stale', ...firstHour })
    expect((await refusal(world.apply(moved))).details?.changed).toMatchObject([
      { expected: 'none, speed alone answers' },
    ])
    expect(await world.publications('stale')).toBe(1)
  })

  it('leaves nothing staged when its plan expires, and is not taken by the sweep before', async () => {
    const history = await world.pipeline('expiring')
    const plan = await world.previewed(history, request('expiring'))
    expect(await world.staged('expiring')).toBe(plan.items.length)
    await world.pool.query(`UPDATE plan SET expires_at = now() - interval '1 s' WHERE id = $1`, [plan.id])
    await world.withWorker(history, () => swept('expiring'))
    expect((await refusal(world.apply(plan))).details?.changed).toMatchObject([{ expected: 'not expired' }])
  })

  it('that crashed leaves nothing staged', async () => {
    const history = await world.pipeline('crashed')
    const plan = await world.previewed(history, request('crashed'))
    // As if the worker had died after staging: the job ended without the plan having heard of it.
    await world.pool.query(
      `UPDATE plan SET preview = preview || '{"status": "queued", "versionIds": []}' WHERE id = $1`,
      [plan.id],
    )
    await world.pool.query(`UPDATE job SET status = 'failed', error = 'gone' WHERE id = $1`, [
      plan.preview?.jobId,
    ])
    expect((await world.get(plan)).preview).toMatchObject({ status: 'failed', error: 'gone' })
    await world.withWorker(history, () => swept('crashed'))
  })
})

describe('a pipeline that proposes', () => {
  const proposing = { batch: { everyMs: 31 * 86_400_000, reconcile: 'propose' as const, tolerance: 0 } }
  const proposals = (pipeline: string) => listProposals(world.deps, pipeline)
  const runAgain = (pipeline: string) =>
    world.pool.query(`DELETE FROM job WHERE pipeline = $1 AND kind = 'scheduled'`, [pipeline])

  it('leaves what diverges to a person, replaces it with the next run, and publishes it with one apply', async () => {
    const history = await world.pipeline('proposing', proposing)
    await world.late(history, 'late-1')
    const proposed = (other?: string) =>
      world.withWorker(history, () =>
        world.until('a proposal', async () => (await proposals('proposing')).find(({ id }) => id !== other)),
      )
    const first = await proposed()
    expect(first).toMatchObject({
      isProposal: true,
      kind: 'reconcile',
      createdBy: 'schedule',
      state: 'ready',
    })
    expect(first.preview).toMatchObject({ status: 'ready', diff: { beyond: 1 } })
    expect(await world.publications('proposing')).toBe(0)
    await runAgain('proposing')
    const second = await proposed(first.id)
    expect((await proposals('proposing')).map(({ id }) => id)).toEqual([second.id])
    expect((await refusal(world.apply(first))).code).toBe('conflict')
    await world.withWorker(history, () =>
      world.until(
        'only the second is staged',
        async () => (await world.staged('proposing')) === second.items.length,
      ),
    )
    const { jobId } = await world.apply(second)
    expect(await world.job(jobId)).toMatchObject({
      status: 'succeeded',
      result: { corrections: expect.any(Number) as number },
    })
    expect(await world.trips(history)).toBe(distinctEvents(history))
    expect(await proposals('proposing')).toEqual([])
  })

  it('publishes by itself what lies within the tolerance', async () => {
    const history = await world.pipeline('tolerant', { batch: { ...proposing.batch, tolerance: 1 } })
    await world.late(history, 'late-1')
    await world.withWorker(history, () =>
      world.until('a publication', async () => (await world.publications('tolerant')) === 1),
    )
    expect(await proposals('tolerant')).toEqual([])
  })

  it('off: no run comes by itself', async () => {
    const history = await world.pipeline('off')
    const other = await world.pipeline('on', { batch: { ...proposing.batch, reconcile: 'auto' } })
    await world.withWorker(other, () =>
      world.until('the other runs', async () => (await world.publications('on')) === 1),
    )
    expect(await world.publications('off')).toBe(0)
    expect(await world.count(`job WHERE pipeline = 'off'`)).toBe(0)
    expect(history.log.length).toBeGreaterThan(0)
  })
})
