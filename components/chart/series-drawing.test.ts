import { describe, expect, test } from 'vitest'
import type { SeriesPoint } from '@/server/api'
import { drawSeries, errorStep } from './series-drawing'
import type { SeriesInput } from './series-drawing'

const step = 60_000

function point(i: number, over: Partial<SeriesPoint> = {}, value: number | null = 10): SeriesPoint {
  return {
    windowStart: i * step,
    windowEnd: (i + 1) * step,
    completeness: 'complete',
    hole: null,
    merged: { n: value },
    batch: { n: value },
    speed: { n: value },
    ...over,
  }
}

function input(points: SeriesPoint[], over: Partial<SeriesInput> = {}): SeriesInput {
  return {
    points,
    stepMs: step,
    from: 0,
    to: 10 * step,
    boundary: 3 * step,
    measure: 'n',
    mode: 'merged',
    additive: true,
    tolerance: 0.001,
    ...over,
  }
}

const provisional = { completeness: 'provisional', batch: null } as const

describe('merged', () => {
  test('batch is one line and speed goes on from its last point', () => {
    const { rows } = drawSeries(
      input([point(0), point(1), point(2), point(3, provisional), point(4, provisional)]),
    )
    expect(rows.map((r) => r.batch)).toEqual([10, 10, 10, null, null])
    expect(rows.map((r) => r.speed)).toEqual([null, null, 10, 10, 10])
  })

  test('a window that became provisional again is dotted between its solid neighbours', () => {
    const { rows } = drawSeries(input([point(0), point(1, provisional), point(2)]))
    expect(rows.map((r) => r.batch)).toEqual([10, null, 10])
    expect(rows.map((r) => r.speed)).toEqual([10, 10, 10])
  })

  test('[law 5] a missing window ends the line and is named, never drawn as zero', () => {
    const drawing = drawSeries(input([point(0), point(1), point(4)]))
    expect(drawing.rows.map((r) => r.batch)).toEqual([10, 10, null, 10])
    expect(drawing.gaps).toEqual([{ from: 2 * step, to: 4 * step }])
    expect(drawing.rows.some((r) => r.batch === 0)).toBe(false)
  })

  test('[law 5] an unavailable value is a gap in the line', () => {
    const { rows, states } = drawSeries(
      input([point(0), point(1, { completeness: 'unavailable' }, null), point(2)]),
    )
    expect(rows[1]).toMatchObject({ batch: null, speed: null, partial: null })
    expect(states).toHaveLength(2)
  })

  test('a partial run has its own line, its hole and its name', () => {
    const hole = { completeness: 'partial', hole: 'partition 3' } as const
    const drawing = drawSeries(input([point(0), point(1, hole), point(2, hole)]))
    expect(drawing.rows.map((r) => r.partial)).toEqual([null, 10, 10])
    expect(drawing.holes).toEqual([{ from: step, to: 3 * step, name: 'partition 3' }])
  })

  test('the state lane joins equal neighbours', () => {
    const { states } = drawSeries(input([point(0), point(1), point(2, provisional)]))
    expect(states).toEqual([
      { from: 0, to: 2 * step, state: 'complete' },
      { from: 2 * step, to: 3 * step, state: 'provisional' },
    ])
  })

  test('the last point says whether it may still change', () => {
    expect(drawSeries(input([point(0), point(1, provisional, 7)])).last).toMatchObject({
      value: 7,
      provisional: true,
    })
    expect(drawSeries(input([point(0)])).last).toMatchObject({ value: 10, provisional: false })
    expect(drawSeries(input([])).last).toBeNull()
  })
})

describe('the boundary', () => {
  test('everything right of it may change', () => {
    expect(drawSeries(input([point(0)])).provisional).toEqual({ from: 3 * step, to: 10 * step })
  })
  test('without one, all may change and no line is drawn', () => {
    const drawing = drawSeries(input([point(0)], { boundary: null }))
    expect(drawing.provisional).toEqual({ from: 0, to: 10 * step })
    expect(drawing.boundary).toBeNull()
  })
  test('past the right edge nothing may change', () => {
    expect(drawSeries(input([point(0)], { boundary: 20 * step })).provisional).toBeNull()
  })
})

describe('the value axis', () => {
  test('counts stand on zero and have an area', () => {
    expect(drawSeries(input([point(0, {}, 90), point(1, {}, 100)]))).toMatchObject({
      low: 0,
      high: 100,
      hasArea: true,
    })
  })
  test('a mean far from zero starts elsewhere and has no area', () => {
    const drawing = drawSeries(input([point(0, {}, 90), point(1, {}, 100)], { additive: false }))
    expect(drawing).toMatchObject({ low: 90, high: 100, hasArea: false })
  })
  test('nothing drawn still has an axis', () => {
    expect(drawSeries(input([]))).toMatchObject({ low: 0, high: 1 })
  })
})

describe('both layers and difference', () => {
  test('both shows each layer by itself, whatever is served', () => {
    const { rows } = drawSeries(
      input([point(0, { speed: { n: 9 } }), point(1, provisional)], { mode: 'both' }),
    )
    expect(rows.map((r) => [r.batch, r.speed])).toEqual([
      [10, 9],
      [null, 10],
    ])
  })
  test('difference exists only where both layers have a value', () => {
    const { rows } = drawSeries(
      input([point(0, { speed: { n: 9 } }), point(1, provisional)], { mode: 'difference' }),
    )
    expect(rows.map((r) => r.difference)).toEqual([-1, null])
    expect(rows[0]?.errorStep).toBe(6)
  })
})

test('error steps follow the tolerance', () => {
  expect(errorStep(100, 100, 0.001)).toBe(0)
  expect(errorStep(100.1, 100, 0.001)).toBe(1)
  expect(errorStep(100.2, 100, 0.001)).toBe(2)
  expect(errorStep(100.5, 100, 0.001)).toBe(3)
  expect(errorStep(102, 100, 0.001)).toBe(4)
  expect(errorStep(105, 100, 0.001)).toBe(5)
  expect(errorStep(120, 100, 0.001)).toBe(6)
  expect(errorStep(1, 0, 0.001)).toBe(6)
})
