import { describe, expect, test } from 'vitest'
import { advanceCells, decodeCells, figuresAt, kindAt, stackCells, stateAt } from './heat-cells'
import type { PackedCells } from './heat-cells'

const pack = (values: Uint8Array | Uint16Array | Float32Array | Float64Array) =>
  Buffer.from(values.buffer).toString('base64')

const packed = (change: Partial<Record<keyof PackedCells, number[]>> = {}): PackedCells => ({
  kinds: pack(new Uint8Array(change.kinds ?? [0, 1, 2, 1, 3, 0])),
  columns: pack(new Uint8Array(change.columns ?? [0, 0, 2])),
  relative: pack(new Float32Array(change.relative ?? [0.5, 0.25])),
  causes: pack(new Uint8Array(change.causes ?? [0, 6])),
  speed: pack(new Float64Array(change.speed ?? [1, Number.NaN])),
  batch: pack(new Float64Array(change.batch ?? [2, 4])),
  offsets: pack(new Uint16Array(change.offsets ?? [0, 3])),
})

describe('packed cells', () => {
  const cells = decodeCells(packed(), 2, 3)
  test('a differing cell finds its figures, an equal one has none', () => {
    expect(figuresAt(cells, 0, 2)).toEqual({ relative: 0.5, cause: 'late', speed: 1, batch: 2, offset: 0 })
    expect(figuresAt(cells, 1, 1)).toEqual({
      relative: 0.25,
      cause: 'drift',
      speed: null,
      batch: 4,
      offset: 3,
    })
    expect(figuresAt(cells, 0, 1)).toBeNull()
    expect([kindAt(cells, 0, 0), kindAt(cells, 0, 1), kindAt(cells, 1, 1)]).toEqual(['none', 'equal', 'open'])
    expect(stateAt(cells, 2)).toBe('awaiting')
  })
  test('as time goes on the oldest columns leave and new ones await batch', () => {
    const later = advanceCells(cells, 1)
    expect([0, 1, 2].map((col) => kindAt(later, 0, col))).toEqual(['equal', 'corrected', 'none'])
    expect(figuresAt(later, 0, 1)?.speed).toBe(1)
    expect([0, 1, 2].map((col) => stateAt(later, col))).toEqual(['compared', 'awaiting', 'awaiting'])
    expect(advanceCells(cells, 0)).toBe(cells)
    expect(Math.max(...advanceCells(cells, 99).kinds)).toBe(0)
  })
})

test('rows of several pipelines become one map; what one of them lacks waits in its row alone', () => {
  const row = { kinds: [2, 1, 0], relative: [0.5], causes: [1], speed: [1], batch: [2], offsets: [0] }
  const other = { ...row, kinds: [0, 2, 0], columns: [2, 0, 2], causes: [4] }
  const cells = stackCells([packed(row), packed(other)], 3)
  expect([0, 1, 2].map((col) => kindAt(cells, 1, col))).toEqual(['waiting', 'corrected', 'waiting'])
  expect(figuresAt(cells, 1, 1)?.cause).toBe('hole')
  expect(figuresAt(cells, 0, 0)?.cause).toBe('duplicate')
  expect([0, 1, 2].map((col) => stateAt(cells, col))).toEqual(['compared', 'compared', 'awaiting'])
})
