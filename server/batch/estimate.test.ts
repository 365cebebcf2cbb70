import { expect, test } from 'vitest'
import { durationOf } from './estimate'

const runs = (...seconds: number[]) => seconds.map((s) => ({ events: 1_000_000, seconds: s }))

test('a pipeline that was never recomputed is estimated from an assumed rate, without a slow case', () => {
  expect(durationOf(250_000, { of: 'this pipeline', runs: [] })).toMatchObject({
    seconds: 2,
    slowSeconds: null,
  })
})

test('a run of the size of the past ones takes what they took', () => {
  const { seconds, basis } = durationOf(1_000_000, { of: 'these windows', runs: runs(10, 10, 10) })
  expect(seconds).toBeGreaterThan(10)
  expect(seconds).toBeLessThan(15)
  expect(basis).toBe('the last 3 runs of these windows')
})

test('the slow case is what one run in ten exceeded, and never below the estimate', () => {
  const usual = durationOf(1_000_000, {
    of: 'this pipeline',
    runs: runs(10, 10, 10, 10, 10, 10, 10, 10, 10, 40),
  })
  const slow = durationOf(1_000_000, {
    of: 'this pipeline',
    runs: runs(10, 10, 10, 10, 10, 10, 10, 10, 40, 40),
  })
  expect(usual.slowSeconds).toBe(usual.seconds)
  expect(slow.slowSeconds ?? 0).toBeGreaterThan(slow.seconds * 2)
  expect(durationOf(1, { of: 'this pipeline', runs: runs(1, 2) }).slowSeconds).toBeNull()
})

test('the fixed part is the shortest run, the rate that of all, and never beyond what is assumed', () => {
  const past = {
    of: 'this pipeline' as const,
    runs: [1, 3, 4, 4].map((seconds) => ({ events: 1_000_000, seconds })),
  }
  expect(durationOf(0, past).seconds).toBe(1)
  expect(durationOf(4_000_000, past)).toMatchObject({
    seconds: 17,
    basis: 'the last 4 runs of this pipeline',
  })
  const instant = { ...past, runs: runs(0.001, 0.001) }
  expect(Number.isFinite(durationOf(1e9, instant).seconds)).toBe(true)
})
