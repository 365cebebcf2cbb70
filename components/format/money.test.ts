import { expect, test } from 'vitest'
import { formatMoney } from './money'

test('money has cents only below ten', () => {
  expect(formatMoney(4182.4, 'USD')).toBe('$4,182')
  expect(formatMoney(9.5, 'USD')).toBe('$9.50')
  expect(formatMoney(9.999, 'USD')).toBe('$10')
  expect(formatMoney(0, 'USD')).toBe('$0')
})

test('below one it keeps two digits that say something', () => {
  expect(formatMoney(0.3149, 'USD')).toBe('$0.31')
  expect(formatMoney(0.00123, 'EUR')).toBe('€0.0012')
  expect(formatMoney(0.00000001, 'USD')).toBe('< $0.0001')
})

test('a minus is a minus', () => {
  expect(formatMoney(-12, 'EUR')).toBe('−€12')
})
