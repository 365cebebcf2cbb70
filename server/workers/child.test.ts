import { expect, test } from 'vitest'
import { rememberingRepeats, warningIn } from './child'

test('warnings and worse reach the terminal with their cause, the rest stays in the log', () => {
  expect(warningIn('{"level":30,"msg":"folded"}')).toBeNull()
  expect(warningIn('{"level":40,"msg":"slow","err":{"message":"disk"}}')).toBe('slow: disk')
  expect(warningIn('{"level":50,"msg":"broken"}')).toBe('broken')
  expect(warningIn('plain text')).toBeNull()
  expect(warningIn('{not json')).toBeNull()
  expect(warningIn(JSON.stringify({ level: 50, msg: 'x'.repeat(1_000) }))).toHaveLength(300)
})

test('a warning that comes again and again is said once a minute', () => {
  let at = 0
  const isNews = rememberingRepeats(() => at)
  expect([isNews('disk full'), isNews('disk full'), isNews('slow')]).toEqual([true, false, true])
  at = 60_000
  expect(isNews('disk full')).toBe(true)
})
