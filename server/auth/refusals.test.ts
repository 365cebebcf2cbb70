import { describe, expect, it } from 'vitest'
import { Refusals } from './refusals'

describe('Refusals', () => {
  it('records the first at once, and the next a minute later with all that came between', () => {
    const refusals = new Refusals()
    expect(refusals.add('a', 0)).toBe(1)
    expect(refusals.add('a', 1)).toBe(0)
    expect(refusals.add('a', 59_999)).toBe(0)
    expect(refusals.add('a', 60_000)).toBe(3)
  })

  it('hands what was only counted to the next entry, once', () => {
    const refusals = new Refusals()
    refusals.add('a', 0)
    refusals.add('a', 1)
    expect(refusals.take('a')).toBe(1)
    expect(refusals.take('a')).toBe(0)
    expect(refusals.take('b')).toBe(0)
  })

  it('[law 11] remembers a bounded number of keys', () => {
    const refusals = new Refusals()
    for (let i = 0; i < 10_500; i++) refusals.add(String(i), 0)
    expect(refusals.size).toBe(10_000)
  })
})
