import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GuardReport } from './model'
import { distinctEvents, firstHour, PlanWorld, secondHour } from './testing-plans'
import { verifyAudit } from './audit-verify'

let world: PlanWorld
beforeAll(async () => {
  world = await PlanWorld.open()
})
afterAll(() => world.close())

const guarded = (pipeline: string, guard: { minutes: number; divergence?: number; freshnessS?: number }) =>
  ({ kind: 'reconcile', pipeline, ...firstHour, options: { guard } }) as const

const reportOf = async (id: string): Promise<GuardReport | undefined> => (await world.job(id)).result?.guard

describe('a guarded flip', () => {
  it('is taken back by itself when a comparison after it finds more than its bound', async () => {
    const history = await world.pipeline('diverging')
    const flip = await world.done(history, guarded('diverging', { minutes: 30, divergence: 0.5 }))
    expect(flip).toMatchObject({ status: 'succeeded', result: { publication: 1 } })
    const guard = flip.result?.guardJob ?? ''
    await world.withWorker(history, () =>
      world.until('the guard looks', async () => (await reportOf(guard))?.outcome === 'watching'),
    )
    // One late event of a thousand miles in a window of few: far beyond a half.
    await world.late(history, 'late-1', 'nobody-else', 90)
    await world.done(history, { kind: 'reconcile', pipeline: 'diverging', ...secondHour })
    const job = await world.withWorker(history, () => world.ended(guard))
    expect(job).toMatchObject({
      kind: 'guard',
      status: 'partial',
      result: { publication: 3, guard: { outcome: 'rolled back', publication: 1 } },
    })
    expect(job.error).toMatch(/The guard took publication 1 back: a divergence of/)
    // Only what the flip had put in force is gone; the second hour stays.
    expect(
      await world.count(
        'publication_range WHERE until_number IS NULL AND compute_id = $1 AND range_from = $2 AND range_to = $3',
        history.computeId,
        secondHour.from,
        secondHour.to,
      ),
    ).toBe(1)
    expect(
      await world.count(
        'publication_range WHERE until_number IS NULL AND compute_id = $1 AND range_from < $2',
        history.computeId,
        firstHour.to,
      ),
    ).toBe(0)
    expect(await world.count(`audit_entry WHERE action = 'guard.rollback' AND object = 'diverging'`)).toBe(1)
    expect(await verifyAudit(world.services)).toMatchObject({ brokenAt: null })
  })

  it('is taken back by itself when the speed layer lags longer than its bound', async () => {
    const history = await world.pipeline('lagging', { eventType: 'lag.ended' })
    const { jobId } = await world.apply(
      await world.plan(guarded('lagging', { minutes: 30, freshnessS: 0.2 })),
    )
    const flip = await world.withWorker(history, () => world.ended(jobId))
    const guard = flip.result?.guardJob ?? ''
    expect((await reportOf(guard))?.outcome ?? 'watching').toBe('watching')
    // A message of the pipeline's events, far past what the speed layer has committed.
    await world.services.nats.nc.flush()
    for (let i = 0; i <= history.log.length; i++) world.services.nats.nc.publish('events.lag.ended.0', '{}')
    await world.services.nats.nc.flush()
    const job = await world.withWorker(history, () => world.ended(guard))
    expect(job).toMatchObject({ status: 'partial', result: { guard: { outcome: 'rolled back' } } })
    expect(job.error).toMatch(/a lag of/)
    expect(await world.trips(history)).toBe(distinctEvents(history))
  })

  it('stays when nothing crossed its bounds in its time, and is left alone once it was replaced', async () => {
    const history = await world.pipeline('quiet')
    const flip = await world.done(history, guarded('quiet', { minutes: 0.01, divergence: 1 }))
    const kept = await world.withWorker(history, () => world.ended(flip.result?.guardJob ?? ''))
    expect(kept).toMatchObject({ status: 'succeeded', result: { guard: { outcome: 'kept' } } })
    const again = await world.done(history, guarded('quiet', { minutes: 30, divergence: 1 }))
    const undone = await world.apply(
      await world.plan({ kind: 'rollback', pipeline: 'quiet', options: { publication: 0 } }),
    )
    expect((await world.job(undone.jobId)).status).toBe('succeeded')
    const superseded = await world.withWorker(history, () => world.ended(again.result?.guardJob ?? ''))
    expect(superseded).toMatchObject({ status: 'succeeded', result: { guard: { outcome: 'superseded' } } })
  })
})
