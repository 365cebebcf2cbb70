import { expect, it } from 'vitest'
import { fineMoney } from './fine-money'

it.each([
  [12.5, '$13'],
  [0.00314, '$0.0031'],
  [0.0000314, '$0.00003'],
  [1e-9, '< $0.000001'],
  [0, '$0'],
])('%d is written %s', (amount, text) => {
  expect(fineMoney(amount, 'USD')).toBe(text)
})
