import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '../../clients'
import { startTestServices, type TestServices } from '../../clients/testing'
import { restate, rollUpHours } from '../measure'
import type { ObjectiveSpec, Sli } from '../model'
import { addCorrection } from './corrections'
import { dayMs, floorTo, hourMs, minuteMs } from './objective-window'
import { previewObjective } from './preview-objective'
import { readObjective } from './read-objective'
import { objectiveRounds } from './run-objectives'
import { addPipeline, putBins, putMinutes, trail } from './testing'

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

const now = floorTo(Date.now(), hourMs) + 20 * minuteMs
const clock = { now: () => now }
const deps = () => ({ pool: services.pool, clock })
const latency = (pipeline: string): Sli => ({ pipeline, indicator: 'latency', threshold: 300 })

const specOf = (pipeline: string, change: Partial<ObjectiveSpec> = {}): ObjectiveSpec => ({
  id: `${pipeline}.latency`,
  name: 'latency',
  title: 'Read latency',
  owner: 'ops',
  sli: latency(pipeline),
  parts: [],
  target: 0.95,
  window: { kind: 'rolling', days: 30 },
  budgeting: { method: 'occurrences' },
  minTotal: 20,
  urgency: 'page',
  labels: {},
  ...change,
})

describe('one objective', () => {
  it('shows what used its budget, what was planned and what batch restated, and its graph ends at the tile', async () => {
    const { pool } = services
    await addPipeline(pool, 'shown')
    const sli = latency('shown')
    await putMinutes(pool, sli, { from: now - 3 * dayMs, to: now, good: 10, total: 10 })
    const outage = { from: now - 2 * dayMs, to: now - 2 * dayMs + 10 * minuteMs }
    await putMinutes(pool, sli, { ...outage, good: 0, total: 10 })
    const planned = { from: now - dayMs, to: now - dayMs + hourMs }
    await putMinutes(pool, sli, { ...planned, good: 0, total: 10 })
    await addCorrection(
      { pool, trail: trail() },
      {
        ...{
          pipeline: null,
          objectives: ['shown.latency'],
          category: 'maintenance',
          reason: 'move',
          actor: 'ann',
        },
        ...planned,
        recurrence: null,
      },
    )
    await rollUpHours(pool, now)
    const at = now - 5 * hourMs
    const restated = [0, 1, 2].map((i) => ({
      ...sli,
      minute: at + i * minuteMs,
      good: 5,
      total: 10,
      reason: 'hole',
    }))
    await inTransaction(pool, (client) => restate(client, restated))
    await objectiveRounds(pool)(now)

    const detail = await readObjective(deps(), 'shown.latency')
    const { state } = detail.view
    expect(state?.corrected).toEqual({ good: 0, total: 600 })
    expect(detail.graph.at(-1)).toMatchObject({
      at: state?.to,
      now: state?.now.budgetLeft,
      then: state?.then.budgetLeft,
    })
    expect(detail.graph.filter(({ corrected }) => corrected).length).toBeGreaterThan(0)
    expect(detail.episodes).toMatchObject([
      { from: at, to: at + 3 * minuteMs, bad: 15, known: 'restated', incidentId: null },
      {
        ...outage,
        bad: 100,
        known: 'then',
        isGoingOn: false,
        says: '100 of 100 reads took longer than 300 ms',
      },
    ])
    const bad = (state?.now.total ?? 0) - (state?.now.good ?? 0)
    expect(detail.episodes.reduce((sum, { bad: one }) => sum + one, 0)).toBe(bad)
    expect(detail.days.reduce((sum, { total }) => sum + total, 0)).toBe(state?.now.total)
    expect(detail.restated).toMatchObject([
      { from: at, to: at + 3 * minuteMs, minutes: 3, reason: 'hole', good: 15, total: 30 },
    ])
    expect(detail.corrections).toMatchObject([{ category: 'maintenance', reason: 'move' }])
    expect(detail.history).toMatchObject([{ version: 1, by: 'parallax' }])
  })

  it('of all pipelines is drawn from its parts', async () => {
    const detail = await readObjective(deps(), 'all-freshness')
    expect(detail.view.state).toMatchObject({ status: 'no_data' })
    expect(detail.graph.every(({ now: left }) => left === null)).toBe(true)
  })

  it('that does not exist is not found', async () => {
    await expect(readObjective(deps(), 'shown.none')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a preview', () => {
  it('is counted exactly where the threshold was asked for, and says when alerts would have fired', async () => {
    const { pool } = services
    await addPipeline(pool, 'exact')
    await putMinutes(pool, latency('exact'), { from: now - 2 * dayMs, to: now, good: 100, total: 100 })
    const from = now - dayMs
    await putMinutes(pool, latency('exact'), { from, to: from + hourMs, good: 0, total: 100 })
    const preview = await previewObjective(deps(), specOf('exact'))
    expect(preview).toMatchObject({ basis: 'exact', from: now - 2 * dayMs })
    const fast = preview.wouldFire.filter(({ pair }) => pair === 'page_fast')
    expect(fast).toHaveLength(1)
    expect(fast[0]?.severity).toBe('page')
    // 72 % of the hour must be bad before the burn over it passes 14.4 at 95 %.
    expect((fast[0]?.from ?? 0) - from).toBeGreaterThan(30 * minuteMs)
    expect((fast[0]?.to ?? 0) - from).toBeLessThan(75 * minuteMs)
  })

  it('at another threshold is estimated from the distributions, and says so', async () => {
    const { pool } = services
    await addPipeline(pool, 'binned')
    // A hundred values in (128, 152.2]; at 140 about half of them are within.
    await putBins(pool, {
      pipeline: 'binned',
      indicator: 'latency',
      from: now - hourMs,
      to: now,
      bins: { '29': 100 },
    })
    const all = await previewObjective(
      deps(),
      specOf('binned', { sli: { ...latency('binned'), threshold: 160 } }),
    )
    expect(all).toMatchObject({ basis: 'estimate', state: { now: { total: 6_000, attained: 1 } } })
    const half = await previewObjective(
      deps(),
      specOf('binned', { sli: { ...latency('binned'), threshold: 140 } }),
    )
    expect(half.state.now.attained).toBeCloseTo(0.5, 1)
    expect(half.says).toContain('Estimated')
  })

  it('without history says that nothing was measured', async () => {
    await addPipeline(services.pool, 'new')
    expect(await previewObjective(deps(), specOf('new'))).toMatchObject({
      basis: 'none',
      from: null,
      wouldFire: [],
      state: { status: 'no_data' },
    })
  })
})
