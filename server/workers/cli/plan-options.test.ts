import { expect, test } from 'vitest'
import { guardOf, keysOf, targetOf } from './plan-options'

test('keys are a list with commas, or JSON where a key holds one', () => {
  expect(keysOf({})).toEqual({})
  expect(keysOf({ keys: 'SFO, ORD' })).toEqual({ keys: ['SFO', 'ORD'] })
  expect(keysOf({ keys: '["a,b"]' })).toEqual({ keys: ['a,b'] })
  expect(() => keysOf({ keys: '[1]' })).toThrow(/--keys/)
  expect(() => keysOf({ keys: '[' })).toThrow(/--keys/)
})

test('a guard has a time, and bounds that are numbers', () => {
  expect(guardOf({})).toEqual({})
  expect(guardOf({ 'guard-minutes': '15', 'guard-divergence': '0.01' })).toEqual({
    guard: { minutes: 15, divergence: 0.01 },
  })
  expect(() => guardOf({ 'guard-freshness': '5' })).toThrow(/--guard-minutes/)
  expect(() => guardOf({ 'guard-minutes': 'ten' })).toThrow(/"ten" is not a number/)
})

test('a rollback goes to one thing', () => {
  expect(targetOf({ version: '3' })).toEqual({ version: 3 })
  expect(() => targetOf({ version: '3', publication: '2' })).toThrow(/either/)
  expect(() => targetOf({})).toThrow(/either/)
})
