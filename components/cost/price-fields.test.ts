import { expect, it } from 'vitest'
import { isSame, readPrices, textsOf } from './price-fields'

const prices = { currency: 'USD', cpuHour: 0.048, gbScanned: 0.005, gbStoredMonth: 0.023, cores: null }

it('prices read back as they were written', () => {
  for (const cores of [null, 4, 0.5]) {
    const read = readPrices(textsOf({ ...prices, cores }))
    expect(read).toEqual({ prices: { ...prices, cores } })
  }
})

it('a currency may be small, a fraction may follow a comma', () => {
  expect(readPrices({ ...textsOf(prices), currency: ' eur ', cpuHour: '0,04' })).toEqual({
    prices: { ...prices, currency: 'EUR', cpuHour: 0.04 },
  })
})

it.each([
  [{ currency: 'Euro' }, /three letters/],
  [{ cpuHour: '-1' }, /price of a core/],
  [{ gbScanned: '' }, /bytes scanned/],
  [{ gbStoredMonth: '1e9' }, /bytes stored/],
  [{ cores: '0' }, /above 0/],
])('what is no price is named: %j', (change, problem) => {
  expect(readPrices({ ...textsOf(prices), ...change })).toMatchObject({
    problem: expect.stringMatching(problem) as string,
  })
})

it('prices are the same when every one is', () => {
  expect(isSame(prices, { ...prices })).toBe(true)
  expect(isSame(prices, { ...prices, cores: 2 })).toBe(false)
})
