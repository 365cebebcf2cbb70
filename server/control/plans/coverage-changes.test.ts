import { expect, test } from 'vitest'
import { coverageChanges } from './coverage-changes'

const at = (minute: number) => Date.UTC(2026, 0, 1, 0, minute)
const entry = (from: number, to: number, version: number) => ({ from: at(from), to: at(to), version })
const all = [{ from: at(0), to: at(60) }]
const stretch = (from: string, to: string) =>
  `version from 2026-01-01T${from}:00.000Z to 2026-01-01T${to}:00.000Z`

test('the same versions in other pieces are no change', () => {
  expect(coverageChanges([entry(0, 60, 1)], [entry(0, 20, 1), entry(20, 60, 1)], all)).toEqual([])
})

test('one window that another version answers for is named alone, with both versions', () => {
  const now = [entry(0, 10, 1), entry(10, 11, 2), entry(11, 60, 1)]
  expect(coverageChanges([entry(0, 60, 1)], now, all)).toEqual([
    { what: stretch('00:10', '00:11'), expected: 'version 1', found: 'version 2' },
  ])
})

test('a version that went and one that came are changes; touching ones that say the same are one', () => {
  expect(coverageChanges([entry(0, 60, 1)], [entry(30, 60, 1)], all)).toEqual([
    { what: stretch('00:00', '00:30'), expected: 'version 1', found: 'none, speed alone answers' },
  ])
  expect(coverageChanges([], [entry(0, 30, 4), entry(30, 60, 4)], all)).toHaveLength(1)
})

test('what changed between the ranges of a plan is not its matter', () => {
  const ranges = [
    { from: at(0), to: at(10) },
    { from: at(50), to: at(60) },
  ]
  expect(
    coverageChanges([entry(0, 60, 1)], [entry(0, 10, 1), entry(10, 50, 2), entry(50, 60, 1)], ranges),
  ).toEqual([])
})
