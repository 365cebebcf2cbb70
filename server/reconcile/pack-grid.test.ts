import { expect, test } from 'vitest'
import type { WorstRow } from './divergence-grid-store'
import { segmentsOf } from './divergence-segments'
import { packGrid, stateOf, type PackInput } from './pack-grid'

const compared = { id: 3, from: 0, to: 40, published: true, watermark: 30 }
const row = (key: string, windowStart: number, change: Partial<WorstRow> = {}): WorstRow => ({
  key,
  col: Math.floor(windowStart / 10),
  windowStart,
  versionId: 3,
  relative: 0.25,
  mainCause: 'late',
  state: 'settled',
  speed: '3',
  batch: '4',
  ...change,
})
const input = (change: Partial<PackInput> = {}): PackInput => ({
  keys: ['b', 'a'],
  cols: 6,
  from: 0,
  stepMs: 10,
  windowSizeMs: 10,
  allowedMs: 0,
  boundary: 40,
  segments: segmentsOf({ from: 0, to: 60 }, [compared], [{ versionId: 3, from: 0, to: 40 }]),
  existing: [
    { key: 'a', cols: [0, 1, 2] },
    { key: 'b', cols: [1] },
  ],
  worst: [row('a', 10)],
  ...change,
})

const decode = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const floats = (text: string) => new Float64Array(decode(text).buffer)

test('cells come row by row in the order of the keys: none, equal, or how they differ', () => {
  const packed = packGrid(input())
  expect([...decode(packed.kinds)]).toEqual([0, 1, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0])
  expect(packed.differing).toBe(1)
  expect([...floats(packed.speed), ...floats(packed.batch)]).toEqual([3, 4])
})

test('columns beyond the settled watermark are in flight, beyond the boundary they await batch', () => {
  expect([...decode(packGrid(input()).columns)]).toEqual([0, 0, 0, 1, 2, 2])
  const never = packGrid(input({ segments: segmentsOf({ from: 0, to: 60 }, [], []), boundary: 30 }))
  expect([...decode(never.columns)]).toEqual([3, 3, 3, 2, 2, 2])
})

test('the figures of differing cells follow the order of the dense array; no value is not a number', () => {
  const packed = packGrid(input({ worst: [row('a', 10), row('b', 20, { speed: null, mainCause: 'drift' })] }))
  expect([...floats(packed.speed)]).toEqual([Number.NaN, 3])
  expect([...decode(packed.causes)]).toEqual([6, 0])
})

test('a grouped column tells which of its windows the error is from', () => {
  const packed = packGrid(input({ cols: 3, stepMs: 20, worst: [row('a', 30, { col: 1 })] }))
  expect([...new Uint16Array(decode(packed.offsets).buffer)]).toEqual([1])
})

test('a difference is corrected once a version answers that is no older than the one that found it', () => {
  const at = (active: number | null) => ({ from: 0, to: 1, comparedBy: null, active, cellsOf: null })
  const settled = { state: 'settled', versionId: 3 } as const
  expect([at(null), at(2), at(3), at(9)].map((segment) => stateOf(settled, segment))).toEqual([
    'open',
    'open',
    'corrected',
    'corrected',
  ])
  expect(stateOf({ state: 'partial', versionId: 3 }, at(9))).toBe('partial')
})
