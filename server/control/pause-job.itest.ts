import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArchiveSource } from '../batch'
import { requestCancel, requestPause, requestResume } from './jobs'
import { hourStart } from './testing'
import { ada, bothHours, distinctEvents, hour, PlanWorld, refusal } from './testing-plans'

let world: PlanWorld
beforeAll(async () => {
  world = await PlanWorld.open()
})
afterAll(() => world.close())

/** An archive that calls back as soon as the second range is asked for, and answers when that is done. */
const atSecondRange = (source: ArchiveSource, then: () => Promise<unknown>): ArchiveSource => {
  let asked: Promise<unknown> | null = null
  return {
    ...source,
    scan: async (type, range) => {
      if (range && range.from >= hourStart + hour) await (asked ??= then())
      return source.scan(type, range)
    },
  }
}

describe('a job that is paused', () => {
  it('stops after the range in hand, keeps what it staged and goes on at the same cut', async () => {
    const history = await world.pipeline('paused')
    const source = await world.archive(history)
    const plan = await world.plan({ kind: 'reconcile', pipeline: 'paused', ...bothHours })
    const { jobId } = await world.apply(plan)
    const pause = () => requestPause(world.deps, { id: jobId, actor: ada })
    await world.withArchive(atSecondRange(source, pause), () =>
      world.jobUntil(jobId, ({ status, pauseRequested }) => status === 'queued' && pauseRequested),
    )
    const paused = await world.job(jobId)
    expect(paused.items.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    expect(await world.publications('paused')).toBe(0)
    const epochs = () => world.count('closed_epoch WHERE compute_id = $1', history.computeId)
    const before = await epochs()
    expect((await refusal(requestPause(world.deps, { id: plan.id, actor: ada }))).code).toBe('not_found')
    await requestResume(world.deps, { id: jobId, actor: ada })
    const job = await world.withArchive(source, () => world.ended(jobId))
    expect(job).toMatchObject({ status: 'succeeded', attempts: 1, result: { ranges: 2 } })
    expect(job.items.map(({ version }) => version)).toEqual(paused.items.map(({ version }) => version))
    expect(await epochs()).toBe(before)
    expect(await world.trips(history)).toBe(distinctEvents(history))
  })

  it('and then cancelled lists what it had finished, and leaves nothing staged', async () => {
    const history = await world.pipeline('dropped')
    const source = await world.archive(history)
    const { jobId } = await world.apply(
      await world.plan({ kind: 'reconcile', pipeline: 'dropped', ...bothHours }),
    )
    const pause = () => requestPause(world.deps, { id: jobId, actor: ada })
    await world.withArchive(atSecondRange(source, pause), () =>
      world.jobUntil(jobId, ({ status, pauseRequested }) => status === 'queued' && pauseRequested),
    )
    expect(await world.staged('dropped')).toBe(2)
    const job = await requestCancel(world.deps, { id: jobId, actor: ada })
    expect(job.status).toBe('cancelled')
    expect(job.result?.finished).toEqual(job.items.map(({ label }) => label))
    expect((await refusal(requestResume(world.deps, { id: jobId, actor: ada }))).code).toBe('conflict')
    await world.withArchive(source, () =>
      world.until('nothing staged', async () => (await world.staged('dropped')) === 0),
    )
    expect(await world.publications('dropped')).toBe(0)
  })
})
