import { expect, test } from 'vitest'
import { judgeRetention } from './judge-retention'

const hour = 3_600_000

test('a log without an age, or an archive that is ahead, is left alone', () => {
  expect(judgeRetention({ maxAgeMs: 0, hold: null, waitsMs: 99 * hour })).toBeNull()
  expect(judgeRetention({ maxAgeMs: 24 * hour, hold: null, waitsMs: null })).toBeNull()
  expect(judgeRetention({ maxAgeMs: 24 * hour, hold: null, waitsMs: 11 * hour })).toBeNull()
})

test('[law 1] what waits for half of the retention is held, for as long as it takes', () => {
  expect(judgeRetention({ maxAgeMs: 24 * hour, hold: null, waitsMs: 12 * hour })).toMatchObject({
    maxAgeMs: 48 * hour,
    hold: { ageMs: 24 * hour, heldMs: 48 * hour },
  })
  const hold = { ageMs: 24 * hour, heldMs: 48 * hour }
  expect(judgeRetention({ maxAgeMs: 48 * hour, hold, waitsMs: 20 * hour })).toBeNull()
  expect(judgeRetention({ maxAgeMs: 48 * hour, hold, waitsMs: 30 * hour })).toMatchObject({
    maxAgeMs: 96 * hour,
    hold: { ageMs: 24 * hour },
  })
})

test('once the archive has caught up the log goes back to the operator’s age', () => {
  const hold = { ageMs: 24 * hour, heldMs: 96 * hour }
  expect(judgeRetention({ maxAgeMs: 96 * hour, hold, waitsMs: 10 * hour })).toBeNull()
  expect(judgeRetention({ maxAgeMs: 96 * hour, hold, waitsMs: null })).toMatchObject({
    maxAgeMs: 24 * hour,
    hold: null,
  })
})

test('an age that an operator set during a hold is theirs', () => {
  const hold = { ageMs: 24 * hour, heldMs: 48 * hour }
  expect(judgeRetention({ maxAgeMs: 72 * hour, hold, waitsMs: null })).toBeNull()
})
