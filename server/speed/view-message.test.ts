import { describe, expect, test } from 'vitest'
import { limits } from './limits'
import { Notes } from './notes'
import { cellsMessage } from './view-message'

const part = (
  partition: number,
  cells: { windowStart: number; key: string }[],
  watermark: number | null = 5,
) => ({
  partition,
  seq: 10 + partition,
  watermark,
  cells,
})

describe('a view message', () => {
  test('names the changed cells, the lowest watermark and each position', () => {
    const message = cellsMessage(3, [
      part(0, [{ windowStart: 60, key: 'a' }], 9),
      part(1, [{ windowStart: 0, key: 'b' }], 7),
    ])
    expect(message).toEqual({
      kind: 'cells',
      computeId: 3,
      windows: [
        [60, 'a'],
        [0, 'b'],
      ],
      watermark: 7,
      positions: { 0: 10, 1: 11 },
    })
    expect(cellsMessage(3, [part(0, [], null), part(1, [])]).watermark).toBeNull()
  })

  test('names windows alone when cells are too many, and says when even those are', () => {
    const many = limits.cellsPerViewMessage + 1
    const oneWindow = Array.from({ length: many }, (_, i) => ({ windowStart: 0, key: String(i) }))
    expect(cellsMessage(1, [part(0, oneWindow)])).toMatchObject({ windows: [[0]] })
    const manyWindows = oneWindow.map((cell, i) => ({ ...cell, windowStart: i }))
    const message = cellsMessage(1, [part(0, manyWindows)])
    expect(message.windows).toHaveLength(limits.cellsPerViewMessage)
    expect(message.windows[0]).toEqual([many - 1])
    expect(message.truncated).toBe(true)
  })
})

describe('notes', () => {
  test('count repeats and keep the newest', () => {
    const notes = new Notes()
    for (let i = 0; i < limits.notes + 5; i++) notes.add(i, `n${i}`)
    notes.add(99, 'n7')
    expect(notes.list()).toHaveLength(limits.notes)
    expect(notes.list().at(-1)).toEqual({ at: 99, text: 'n7', times: 2 })
  })
})
