import { expect, test } from 'vitest'
import { formatInstant, formatNear, formatRange, zoneOffsetMs } from './instant'

const at = Date.UTC(2026, 10, 18, 14, 23, 26)

test('an instant is written in the asked zone and detail', () => {
  expect(formatInstant(at, 'utc')).toBe('14:23')
  expect(formatInstant(at, 'utc', 'second')).toBe('14:23:26')
  expect(formatInstant(at, 'utc', 'dayMinute')).toBe('18 Nov 14:23')
  expect(formatInstant(at, 'utc', 'full')).toBe('18 Nov 2026 14:23:26 UTC')
})

test('midnight is 00:00, not 24:00', () => {
  expect(formatInstant(Date.UTC(2026, 10, 18), 'utc')).toBe('00:00')
})

test('another day than today carries its day', () => {
  expect(formatNear(at, 'utc', at + 3_600_000)).toBe('14:23')
  expect(formatNear(at, 'utc', at + 86_400_000)).toBe('18 Nov 14:23')
  expect(formatNear(at, 'utc', at + 366 * 86_400_000)).toBe('18 Nov 2026 14:23')
})

test('a range says "to" and keeps seconds only where they matter', () => {
  const minute = Date.UTC(2026, 10, 18, 14, 10)
  expect(formatRange(minute, minute + 60_000, 'utc', at)).toBe('14:10 to 14:11')
  expect(formatRange(minute, minute + 10_000, 'utc', at)).toBe('14:10:00 to 14:10:10')
  expect(formatRange(minute - 86_400_000, minute, 'utc', at)).toBe('17 Nov 14:10 to 18 Nov 14:10')
})

test('UTC has no offset', () => {
  expect(zoneOffsetMs(at, 'utc')).toBe(0)
})
