import { expect, test } from 'vitest'
import { durationParts, formatDuration } from './duration'

test('a duration has two parts at most', () => {
  expect(formatDuration(521_000)).toBe('8 min 41 s')
  expect(formatDuration(9 * 3_600_000 + 8 * 60_000 + 31_000)).toBe('9 h 9 min')
  expect(formatDuration(10 * 86_400_000 + 8 * 3_600_000)).toBe('10 d 8 h')
})

test('short durations keep one decimal, very short ones are milliseconds', () => {
  expect(formatDuration(820)).toBe('0.8 s')
  expect(formatDuration(9_900)).toBe('9.9 s')
  expect(formatDuration(42)).toBe('42 ms')
  expect(formatDuration(0)).toBe('0 s')
  expect(formatDuration(-5)).toBe('0 s')
})

test('rounding carries into the next unit', () => {
  expect(formatDuration(9_960)).toBe('10 s')
  expect(formatDuration(59_700)).toBe('1 min')
  expect(formatDuration(3_599_800)).toBe('1 h')
  expect(formatDuration(60_000)).toBe('1 min')
})

test('parts keep value and unit apart', () => {
  expect(durationParts(521_000)).toEqual([
    { value: '8', unit: 'min' },
    { value: '41', unit: 's' },
  ])
})
