import { expect, test } from 'vitest'
import { blockToSelection, parseSelection, selectionToBlock, writeSelection } from './selection'

const grid = { keys: ['c', 'a', 'b'], from: 1_000_000, stepMs: 10_000, cols: 6 }

test('a selection goes into the address and comes back, whatever its keys are called', () => {
  const selection = { from: 1_000_000, to: 1_020_000, keys: ['a,b', 'ü~/?', ''] }
  expect(parseSelection(writeSelection(selection))).toEqual(selection)
})

test('nonsense, a reversed range or a broken escape is no selection', () => {
  for (const text of [
    '',
    'a~b~c',
    '2026-01-01T00:00:10Z~2026-01-01T00:00:00Z~a',
    '2026-01-01~2026-01-02~%E0%A4%A',
  ])
    expect(parseSelection(text)).toBeNull()
})

test('a block becomes windows and keys, and is found again when the rows have another order', () => {
  const selection = blockToSelection({ rows: new Set([0, 1]), from: 2, to: 4 }, grid)
  expect(selection).toEqual({ from: 1_020_000, to: 1_040_000, keys: ['c', 'a'] })
  const block = selectionToBlock(selection, { ...grid, keys: ['a', 'b', 'c'], from: 1_010_000 })
  expect([[...(block?.rows ?? [])], block?.from, block?.to]).toEqual([[0, 2], 1, 3])
})

test('what has left the map is not drawn', () => {
  expect(selectionToBlock({ from: 0, to: 10, keys: ['a'] }, grid)).toBeNull()
  expect(selectionToBlock({ from: 1_000_000, to: 1_010_000, keys: ['gone'] }, grid)).toBeNull()
})
