import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../../clients/testing'
import { inTransaction } from '../../clients'
import { restate, rollUpHours } from '../measure'
import type { ObjectiveState, Sli } from '../model'
import { addCorrection } from './corrections'
import { dayMs, floorTo, hourMs, minuteMs } from './objective-window'
import { readObjectives } from './read-objectives'
import { objectiveRounds } from './run-objectives'
import { saveObjective } from './save-objective'
import { addPipeline, putMinutes, trail } from './testing'

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

const now = floorTo(Date.now(), hourMs) + 20 * minuteMs
const latency = (pipeline: string): Sli => ({ pipeline, indicator: 'latency', threshold: 300 })

async function round(at = now): Promise<Map<string, ObjectiveState>> {
  const states = await objectiveRounds(services.pool)(at)
  return new Map(states.map((state) => [state.id, state]))
}

describe('a round', () => {
  it('gives every pipeline its default objectives, overridden by its definition, and the fleet its composites', async () => {
    await addPipeline(services.pool, 'plain')
    await addPipeline(services.pool, 'own', { latency: { target: 0.9, under: '250ms' } })
    await round()
    const views = await readObjectives(services)
    const of = (id: string) => views.find((view) => view.id === id)
    expect(of('plain.latency')).toMatchObject({ source: 'default', target: 0.95, sli: { threshold: 300 } })
    expect(of('own.latency')).toMatchObject({ source: 'definition', target: 0.9, sli: { threshold: 250 } })
    expect(of('all-freshness')?.parts.map(({ id }) => id)).toEqual(['own.freshness', 'plain.freshness'])
    expect(views).toHaveLength(22)
    expect(views.every(({ state }) => state?.status === 'no_data')).toBe(true)
  })

  it('does nothing to them when nothing changed', async () => {
    await round()
    const versions = (await readObjectives(services)).map(({ version }) => version)
    expect(new Set(versions)).toEqual(new Set([1]))
  })

  it('keeps what a person made of a default', async () => {
    const current = (await readObjectives(services)).find(({ id }) => id === 'plain.backlog')
    if (!current) throw new Error('there is no plain.backlog')
    const { pipeline: _, source: __, version: ___, state: ____, ...spec } = current
    const deps = { pool: services.pool, trail: trail() }
    await saveObjective(deps, { spec: { ...spec, target: 0.5 }, actor: 'ann', reason: 'test' })
    await round()
    expect((await readObjectives(services)).find(({ id }) => id === 'plain.backlog')).toMatchObject({
      source: 'console',
      version: 2,
      target: 0.5,
    })
  })

  it('[law 9] evaluates hours that were added up and minutes that were not alike', async () => {
    await addPipeline(services.pool, 'hours')
    const sli = latency('hours')
    await putMinutes(services.pool, sli, { from: now - 2 * dayMs, to: now, good: 9, total: 10 })
    const before = (await round()).get('hours.latency')
    expect(before?.now).toMatchObject({ good: 9 * 2_880, total: 10 * 2_880, attained: 0.9 })
    expect(await rollUpHours(services.pool, now)).toBeGreaterThan(0)
    const after = (await round()).get('hours.latency')
    expect(after).toEqual(before)
  })

  it('takes in what became known since the last, and keeps what was known then', async () => {
    await addPipeline(services.pool, 'restated')
    const sli = latency('restated')
    await putMinutes(services.pool, sli, { from: now - dayMs, to: now, good: 10, total: 10 })
    const rounds = objectiveRounds(services.pool)
    const stateOf = (states: ObjectiveState[]) => states.find(({ id }) => id === 'restated.latency')
    const total = 10 * 1_440
    expect(stateOf(await rounds(now))).toMatchObject({ now: { good: total, total } })
    const minute = floorTo(now - 20 * hourMs, minuteMs)
    await inTransaction(services.pool, (client) =>
      restate(client, [{ ...sli, minute, good: 4, total: 10, reason: 'hole' }]),
    )
    await putMinutes(services.pool, sli, { from: now, to: now + minuteMs, good: 5, total: 5 })
    const state = stateOf(await rounds(now + 10_000))
    expect(state?.now).toMatchObject({ good: total - 6 + 5, total: total + 5 })
    expect(state?.then).toMatchObject({ good: total + 5, total: total + 5 })
  })

  it('leaves a correction out to the minute, in hours long added up as well', async () => {
    await addPipeline(services.pool, 'planned')
    const sli = latency('planned')
    await putMinutes(services.pool, sli, { from: now - 2 * dayMs, to: now, good: 10, total: 10 })
    const from = floorTo(now - 30 * hourMs, hourMs) + 10 * minuteMs
    await putMinutes(services.pool, sli, { from, to: from + 90 * minuteMs, good: 0, total: 10 })
    await rollUpHours(services.pool, now)
    const rounds = objectiveRounds(services.pool)
    await rounds(now)
    await addCorrection(
      { pool: services.pool, trail: trail() },
      {
        ...{ pipeline: 'planned', objectives: [], category: 'maintenance', reason: 'test', actor: 'ann' },
        ...{ from, to: from + 90 * minuteMs, recurrence: null },
      },
    )
    const state = (await rounds(now)).find(({ id }) => id === 'planned.latency')
    const total = 10 * (2_880 - 90)
    expect(state).toMatchObject({ now: { good: total, total }, corrected: { good: 0, total: 900 } })
  })

  it('counts slices the same before and after their hours are added up', async () => {
    await addPipeline(services.pool, 'sliced')
    const sli = latency('sliced')
    const deps = { pool: services.pool, trail: trail() }
    for (const [name, budgeting] of [
      ['thirds', { method: 'timeslices', minutes: 20, target: 0.9 }],
      ['mean', { method: 'ratio_timeslices', minutes: 1 }],
    ] as const)
      await saveObjective(deps, {
        spec: {
          ...{ id: `sliced.${name}`, name, title: name, owner: 'ops', sli, target: 0.5, minTotal: 0 },
          ...{ window: { kind: 'rolling', days: 7 }, budgeting },
        },
        actor: 'ann',
        reason: 'test',
      })
    const start = floorTo(now, hourMs) - 20 * hourMs
    await putMinutes(services.pool, sli, {
      from: start,
      to: start + 20 * minuteMs,
      good: 1_000,
      total: 1_000,
    })
    await putMinutes(services.pool, sli, {
      from: start + 20 * minuteMs,
      to: start + 40 * minuteMs,
      good: 0,
      total: 1,
    })
    const before = await round()
    expect(before.get('sliced.thirds')?.now).toMatchObject({ good: 1, total: 2 })
    expect(before.get('sliced.mean')?.now).toMatchObject({ good: 20, total: 40 })
    await rollUpHours(services.pool, now)
    const after = await round()
    for (const id of ['sliced.thirds', 'sliced.mean']) expect(after.get(id)).toEqual(before.get(id))
  })

  it('lets probes stand in only where nobody read, and says how much they are', async () => {
    await addPipeline(services.pool, 'probed')
    const sli = latency('probed')
    const from = now - 10 * minuteMs
    await putMinutes(services.pool, sli, { from, to: now, good: 1, total: 1, traffic: 'probe' })
    await putMinutes(services.pool, sli, { from, to: from + 5 * minuteMs, good: 5, total: 5 })
    expect((await round()).get('probed.latency')).toMatchObject({
      then: { good: 30, total: 30 },
      probeShare: 5 / 30,
    })
  })

  it('ends the objectives of a pipeline that is removed', async () => {
    await services.pool.query(`UPDATE pipeline SET deleted_at = now() WHERE name = 'own'`)
    await round()
    const ids = (await readObjectives(services)).map(({ id }) => id)
    expect(ids.filter((id) => id.startsWith('own.'))).toEqual([])
  })
})
