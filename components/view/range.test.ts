import { describe, expect, test } from 'vitest'
import { apiRange, parseRange, rangeEnds, writeRange } from './range'

const now = Date.UTC(2026, 10, 18, 14, 32)
const minute = 60_000

describe('a range in the URL', () => {
  test('a preset stays a preset', () => {
    expect(parseRange('6h')).toEqual({ kind: 'preset', preset: '6h' })
    expect(writeRange({ kind: 'preset', preset: '6h' })).toBe('6h')
  })
  test('a custom range goes there and back', () => {
    const range = { kind: 'custom', from: now - minute, to: now + 500 } as const
    expect(parseRange(writeRange(range))).toEqual(range)
    expect(writeRange({ kind: 'custom', from: now - minute, to: now })).toBe(
      '2026-11-18T14:31:00Z~2026-11-18T14:32:00Z',
    )
  })
  test('nonsense, one end, or an end before its start is no range', () => {
    for (const text of ['', '2h', 'x~y', '2026-11-18T14:00Z', '2026-11-18T15:00Z~2026-11-18T14:00Z', 'a~b~c'])
      expect(parseRange(text)).toBeNull()
  })
})

describe('the range to ask for', () => {
  test('relative ranges stay relative', () => {
    expect(apiRange({ kind: 'preset', preset: '15m' }, null, now)).toEqual({ lastMs: 15 * minute })
  })
  test('since last batch shows the boundary and grows in steps', () => {
    const at = (ms: number) => apiRange({ kind: 'preset', preset: 'batch' }, now - 10 * minute, now + ms)
    expect(at(0)).toEqual({ lastMs: 15 * minute })
    expect(at(90_000)).toEqual({ lastMs: 15 * minute })
    expect(at(10 * minute)).toEqual({ lastMs: 25 * minute })
  })
  test('since last batch without any batch is the last hour', () => {
    expect(apiRange({ kind: 'preset', preset: 'batch' }, null, now)).toEqual({ lastMs: 60 * minute })
  })
  test('its ends follow now', () => {
    expect(rangeEnds({ lastMs: minute }, now)).toEqual({ from: now - minute, to: now })
    expect(rangeEnds({ from: 1, to: 2 }, now)).toEqual({ from: 1, to: 2 })
  })
})
