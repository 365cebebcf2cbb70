import { expect, test } from 'vitest'
import { timeTicks, valueTicks } from './ticks'

const at = (h: number, m = 0, s = 0) => Date.UTC(2026, 10, 18, h, m, s)

test('time ticks stand at round times, never more than asked', () => {
  const ticks = timeTicks(at(13, 2), at(14, 36), 'utc', 7)
  expect(ticks.map((t) => t.label)).toEqual(['13:15', '13:30', '13:45', '14:00', '14:15', '14:30'])
})

test('short ranges show seconds, midnight shows the day', () => {
  expect(timeTicks(at(14, 0, 1), at(14, 1), 'utc', 4).map((t) => t.label)).toEqual([
    '14:00:15',
    '14:00:30',
    '14:00:45',
    '14:01:00',
  ])
  expect(timeTicks(at(20), at(26), 'utc', 3).map((t) => t.label)).toEqual(
    ['20:00', '22:00', '19 Nov', '02:00'].slice(0, 4),
  )
})

test('long ranges tick by days', () => {
  const ticks = timeTicks(at(0), at(0) + 400 * 86_400_000, 'utc', 8)
  expect(ticks.length).toBeLessThanOrEqual(8)
  expect(ticks[0]?.label).toMatch(/^\d+ \w{3}$/)
})

test('value ticks are round, enclose the data and share one unit', () => {
  expect(valueTicks(0, 21_600).map((t) => t.label)).toEqual(['0', '10 k', '20 k', '30 k'])
  expect(valueTicks(0, 96).map((t) => t.label)).toEqual(['0', '25', '50', '75', '100'])
  expect(valueTicks(0, 1_400).map((t) => t.at)).toEqual([0, 500, 1000, 1500])
  expect(valueTicks(-3, 2).map((t) => t.label)).toEqual(['−4', '−2', '0', '2'])
})

test('value ticks survive nothing, a flat line and tiny numbers', () => {
  expect(valueTicks(0, 0).length).toBeGreaterThanOrEqual(2)
  expect(valueTicks(5, 5)[0]?.at).toBeLessThanOrEqual(5)
  expect(valueTicks(0, 0.0004).map((t) => t.label)).toEqual(['0', '0.0001', '0.0002', '0.0003', '0.0004'])
})
