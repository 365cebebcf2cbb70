import { expect, test } from 'vitest'
import type { ObjectiveDetail } from '@/server/api'
import { drawBudget, leavesSoon } from './budget-drawing'

const hour = 3_600_000
const day = 24 * hour
const now = 40 * day

const point = (at: number, left: number | null, then = left, corrected = false) => ({
  at,
  now: left,
  then,
  good: 0,
  total: 0,
  corrected,
})

function detail(part: {
  graph?: ObjectiveDetail['graph']
  budgetLeft?: number
  exhaustedInS?: number | null
  episodes?: Partial<ObjectiveDetail['episodes'][number]>[]
  days?: ObjectiveDetail['days']
}): ObjectiveDetail {
  const figures = { good: 0, total: 0, attained: 0.99, budgetLeft: part.budgetLeft ?? 0.2 }
  return {
    view: {
      window: { kind: 'rolling', days: 30 },
      state: {
        from: now - 30 * day,
        to: now,
        now: figures,
        then: { ...figures, budgetLeft: 0.25 },
        exhaustedInS: part.exhaustedInS ?? null,
        budgetTotal: 1_000,
      },
    },
    graph: part.graph ?? [point(now - 2 * hour, 1), point(now - hour, 0.5), point(now, 0.2, 0.25)],
    episodes: part.episodes ?? [],
    days: part.days ?? [],
  } as unknown as ObjectiveDetail
}

const draw = (of: ObjectiveDetail, knowledge: 'now' | 'then' | 'both' = 'both') =>
  drawBudget({ detail: of, knowledge, zoom: null, now })

test('what was known then is drawn from where it parts from what is known now', () => {
  const { lines } = draw(detail({}))
  expect(lines[0]).toMatchObject({ look: 'provisional' })
  expect(lines[0]?.points.map(({ at }) => at)).toEqual([now - hour, now])
  expect(lines[1]?.points).toHaveLength(3)
})

test('where nothing was restated there is one line', () => {
  const graph = [point(now - hour, 1), point(now, 0.9)]
  expect(draw(detail({ graph })).lines.map(({ look }) => look)).toEqual(['settled'])
})

test('the projection ends where the budget does, or at the edge', () => {
  const soon = draw(detail({ exhaustedInS: 60 })).lines.at(-1)
  expect(soon?.points.at(-1)).toEqual({ at: now + 60_000, value: 0 })
  const far = draw(detail({ exhaustedInS: 100 * 86_400 }))
  expect(far.lines.at(-1)?.points.at(-1)?.at).toBe(far.to)
  expect(draw(detail({ exhaustedInS: 60, budgetLeft: -0.1 })).lines.map(({ look }) => look)).not.toContain(
    'projection',
  )
})

test('an overspent budget is drawn below zero, without an area', () => {
  const graph = [point(now - hour, 0.1), point(now, -0.3)]
  const { low, lines } = draw(detail({ graph, budgetLeft: -0.3 }), 'now')
  expect(low).toBe(-0.5)
  expect(lines[0]?.hasArea).toBe(false)
})

test('incidents are marked, those that used most of the budget first', () => {
  const episodes = Array.from({ length: 9 }, (_, i) => ({ incidentId: i, from: now - hour, budgetUsed: i }))
  expect(draw(detail({ episodes })).marks.map(({ label }) => label)[0]).toBe('INC-8')
  expect(draw(detail({ episodes })).marks).toHaveLength(6)
})

test('stretches under a correction are one span each', () => {
  const graph = [1, 2, 3, 4, 5].map((i) => point(i * hour, 1, 1, i === 2 || i === 3 || i === 5))
  expect(draw(detail({ graph })).corrected).toEqual([
    { from: hour, to: 3 * hour },
    { from: 4 * hour, to: 5 * hour },
  ])
})

test('a full rolling window says what its oldest day gives back; a young one gives nothing', () => {
  const days = [{ day: now - 30 * day, good: 50, total: 100 }]
  expect(leavesSoon(detail({ days }))).toEqual({ day: now - 30 * day, bad: 50, share: 0.05 })
  expect(leavesSoon(detail({ days: [{ day: now - 2 * day, good: 0, total: 9 }] }))).toBeNull()
})
