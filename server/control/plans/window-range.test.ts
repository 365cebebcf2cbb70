import { describe, expect, it } from 'vitest'
import { endOfClosedWindows, maxItems, snapOutwards, splitRange } from './window-range'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('snapOutwards', () => {
  it('takes every window the range touches, before 1970 too', () => {
    expect(snapOutwards({ from: 61_000, to: 119_000 }, minute)).toEqual({ from: minute, to: 2 * minute })
    expect(snapOutwards({ from: -1, to: 1 }, minute)).toEqual({ from: -minute, to: minute })
  })
})

describe('endOfClosedWindows', () => {
  it('leaves out windows that lateness still holds open', () => {
    const definition = { windowSizeMs: minute, lateness: { outOfOrderMs: 5_000, allowedMs: 30_000 } }
    expect(endOfClosedWindows(definition, 10 * minute + 34_000)).toBe(9 * minute)
    expect(endOfClosedWindows(definition, 10 * minute + 35_000)).toBe(10 * minute)
  })
})

describe('splitRange', () => {
  const check = (range: { from: number; to: number }, extent: { from: number; to: number } | null) => {
    const parts = splitRange(range, minute, extent)
    expect(parts[0]?.from).toBe(range.from)
    expect(parts.at(-1)?.to).toBe(range.to)
    parts.forEach((part, i) => {
      expect(part.from).toBeLessThan(part.to)
      if (i > 0) expect(part.from).toBe(parts[i - 1]?.to)
    })
    expect(parts.length).toBeLessThanOrEqual(maxItems + 1)
    return parts
  }

  it('keeps a short range whole', () => {
    expect(check({ from: 0, to: hour }, { from: 0, to: hour })).toHaveLength(1)
  })

  it('cuts a long range into few parts of whole hours', () => {
    const parts = check({ from: 0, to: 7 * day }, { from: 0, to: 7 * day })
    expect(parts.every(({ from }) => from % hour === 0)).toBe(true)
    expect(parts.length).toBeGreaterThan(10)
  })

  it('cuts where the data is, not across decades without any', () => {
    const parts = check({ from: -50 * 365 * day, to: 20 * day }, { from: 10 * day, to: 11 * day })
    expect(parts.slice(1).every(({ from }) => from > 10 * day && from < 11 * day)).toBe(true)
    expect(parts).toHaveLength(24)
  })

  it('keeps a range without data whole', () => {
    expect(check({ from: 0, to: 9 * day }, null)).toHaveLength(1)
    expect(check({ from: 0, to: 9 * day }, { from: 20 * day, to: 21 * day })).toHaveLength(1)
  })
})
