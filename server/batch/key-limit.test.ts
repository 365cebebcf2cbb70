import { expect, test } from 'vitest'
import { KeyLimit } from './key-limit'

test('[law 11] a version with ten times the keys a window may have is staged, one with more is refused by name', () => {
  const cells = (windowStart: number, count: number) => Array.from({ length: count }, () => ({ windowStart }))
  const limit = new KeyLimit({ name: 'sales', keysPerWindow: 3 })
  limit.note(cells(0, 30))
  limit.note(cells(60_000, 29))
  expect(() => {
    limit.note(cells(60_000, 2))
  }).toThrow(/sales was refused: its window of 1970-01-01T00:01:00.000Z has more than 30 keys.*keysPerWindow/)
  const byDefault = new KeyLimit({ name: 'sales' })
  byDefault.note(cells(0, 1_000_000))
  expect(() => {
    byDefault.note(cells(0, 1))
  }).toThrow('more than 1000000 keys')
})
