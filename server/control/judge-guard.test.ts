import { expect, test } from 'vitest'
import { judgeGuard, type GuardSight } from './judge-guard'
import type { GuardPayload } from './guard-jobs'

const payload: GuardPayload = {
  computeId: 1,
  publication: 7,
  ranges: [{ from: 0, to: 10 }],
  since: 0,
  until: 60_000,
  divergence: 0.01,
  freshnessS: 5,
  ofJob: 'j',
}
const quiet: GuardSight = { now: 1_000, divergence: null, freshnessS: 0.2, inForce: payload.ranges }

test('it watches until its time is over, and then leaves the publication', () => {
  expect(judgeGuard(payload, null, quiet)).toMatchObject({ outcome: 'watching', checks: 1, divergence: null })
  expect(judgeGuard(payload, null, { ...quiet, now: 60_000 })).toMatchObject({ outcome: 'kept' })
})

test('a bound is crossed only beyond it, by divergence or by lag', () => {
  expect(judgeGuard(payload, null, { ...quiet, divergence: 0.01 }).outcome).toBe('watching')
  const diverged = judgeGuard(payload, null, { ...quiet, divergence: 0.0123 })
  expect(diverged).toMatchObject({ outcome: 'rolled back' })
  expect(diverged.says).toBe('a divergence of 1.23 % was found, the bound is 1 %.')
  expect(judgeGuard(payload, null, { ...quiet, freshnessS: 6 }).outcome).toBe('rolled back')
})

test('a bound that was not given is not watched, and what cannot be known crosses nothing', () => {
  const open = { ...payload, divergence: null, freshnessS: null }
  expect(judgeGuard(open, null, { ...quiet, divergence: 9, freshnessS: 900 }).outcome).toBe('watching')
  expect(judgeGuard(payload, null, { ...quiet, freshnessS: null }).outcome).toBe('watching')
})

test('once nothing of the flip answers any more there is nothing to take back', () => {
  expect(judgeGuard(payload, null, { ...quiet, divergence: 1, inForce: [] }).outcome).toBe('superseded')
})

test('it remembers the worst it has seen', () => {
  const first = judgeGuard(payload, null, { ...quiet, divergence: 0.002, freshnessS: 4 })
  expect(judgeGuard(payload, first, quiet)).toMatchObject({ checks: 2, divergence: 0.002, freshnessS: 4 })
})
