import { expect, test } from 'vitest'
import { readInstant, writeInstant } from './typed-instant'

const at = Date.UTC(2026, 10, 18, 14, 32)

test('a typed instant is read in the chosen zone and written back the same', () => {
  expect(readInstant('2026-11-18 14:32', 'utc')).toBe(at)
  expect(readInstant(' 2026-11-18T14:32:05 ', 'utc')).toBe(at + 5_000)
  expect(writeInstant(at, 'utc')).toBe('2026-11-18 14:32')
  expect(writeInstant(at + 5_000, 'utc')).toBe('2026-11-18 14:32:05')
  expect(readInstant(writeInstant(at, 'local'), 'local')).toBe(at)
})

test('anything else is no instant', () => {
  for (const text of ['', '18.11.2026', '2026-11-18', '2026-13-40 99:99', 'now'])
    expect(readInstant(text, 'utc')).toBeNull()
})
