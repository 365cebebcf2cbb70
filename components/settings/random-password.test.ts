import { expect, it } from 'vitest'
import { randomPassword } from './random-password'

it('is twenty characters without look-alikes, another one each time', () => {
  const made = Array.from({ length: 50 }, randomPassword)
  for (const password of made) expect(password).toMatch(/^[a-zA-Z2-9]{20}$/)
  expect(made.join('')).not.toMatch(/[ilIO01]/)
  expect(new Set(made).size).toBe(50)
})
