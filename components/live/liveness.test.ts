import { expect, test } from 'vitest'
import { isOld, liveness, staleAfterMs } from './liveness'

test('before the first message a page is connecting, or down', () => {
  expect(liveness('connecting', null, 5)).toBe('connecting')
  expect(liveness('live', null, 5)).toBe('connecting')
  expect(liveness('down', null, 5)).toBe('down')
})

test('a short break stays live, a long one is stale or down, and then old', () => {
  expect(liveness('connecting', 0, staleAfterMs)).toBe('live')
  expect(liveness('connecting', 0, staleAfterMs + 1)).toBe('stale')
  expect(liveness('down', 0, staleAfterMs + 1)).toBe('down')
  expect([isOld('live'), isOld('connecting'), isOld('stale'), isOld('down')]).toEqual([
    false,
    false,
    true,
    true,
  ])
})
