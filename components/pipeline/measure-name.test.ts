import { expect, test } from 'vitest'
import type { MeasureInfo } from '@/server/api'
import { describeMeasure, firstMeasure, isAdditive } from './measure-name'

const measure = (over: Partial<MeasureInfo>): MeasureInfo => ({
  name: 'm',
  kind: 'count',
  of: null,
  type: null,
  scale: null,
  q: null,
  exactInSpeed: true,
  ...over,
})

test('a measure is said in words', () => {
  expect(describeMeasure(measure({}))).toBe('count')
  expect(describeMeasure(measure({ of: 'data.distance >= 1500' }))).toBe('count where data.distance >= 1500')
  expect(describeMeasure(measure({ kind: 'mean', of: 'data.delay' }))).toBe('mean of data.delay')
  const p = (q: number) => describeMeasure(measure({ kind: 'quantile', of: 'x', q }))
  expect([p(0.95), p(0.5), p(0.999), p(0.91), p(0.12)]).toEqual([
    '95th percentile of x',
    '50th percentile of x',
    '99.9th percentile of x',
    '91st percentile of x',
    '12th percentile of x',
  ])
})

test('a page opens with the plain count, else with what adds up, else with the first', () => {
  const mean = measure({ name: 'mean', kind: 'mean' })
  const sum = measure({ name: 'sum', kind: 'sum' })
  const count = measure({ name: 'count' })
  expect(firstMeasure([mean, sum, count])?.name).toBe('count')
  expect(firstMeasure([mean, sum])?.name).toBe('sum')
  expect(firstMeasure([mean])?.name).toBe('mean')
  expect(firstMeasure([])).toBeNull()
})

test('only counts and sums add up', () => {
  expect(isAdditive(measure({ kind: 'sum' }))).toBe(true)
  expect(isAdditive(measure({ kind: 'mean' }))).toBe(false)
})
