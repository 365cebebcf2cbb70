import { describe, expect, test } from 'vitest'
import { bandLabels, bandsOf, stepOf } from './error-steps'
import type { HeatCells } from './heat-cells'
import { nothing, paintCells, prepareHeat, runsOf } from './prepare-heat'

/** Every cell differs by `relative` through `cause`, where the kind says so. */
function cellsOf(
  rows: number,
  cols: number,
  kind: (row: number, col: number) => number,
  change: Partial<HeatCells> = {},
): HeatCells {
  const kinds = Uint8Array.from({ length: rows * cols }, (_, i) => kind(Math.floor(i / cols), i % cols))
  let next = 0
  const place = Int32Array.from(kinds, (k) => (k >= 2 ? next++ : -1))
  return {
    rows,
    cols,
    kinds,
    states: new Uint8Array(cols),
    place,
    relative: new Float32Array(next).fill(0.02),
    causes: new Uint8Array(next),
    speed: new Float64Array(next),
    batch: new Float64Array(next),
    offsets: new Uint16Array(next),
    ...change,
  }
}
const bands = () => bandsOf(0.001)

describe('steps of the colour scale', () => {
  test('begin beyond tolerance and grow with it', () => {
    expect(
      [0, 0.0005, 0.001, 0.002, 0.005, 0.02, 0.05, 0.1, 9].map((r) => stepOf(r, bandsOf(0.001))),
    ).toEqual([0, 1, 1, 2, 3, 4, 5, 6, 6])
    expect(stepOf(0.02, bandsOf(0.01))).toBe(2)
  })
  test('a tolerance of nothing makes every difference one beyond it', () => {
    expect(stepOf(1e-9, bandsOf(0))).toBe(2)
  })
  test('are named by their ends', () => {
    expect(bandLabels(bandsOf(0.001))).toEqual(['0', '≤ 0.1', '< 0.3', '< 1', '< 3', '< 10', '≥ 10 %'])
  })
})

describe('preparing a map', () => {
  test('no events and waiting columns have no step; equal cells have 0, a difference at least 1', () => {
    const cells = cellsOf(1, 4, (_, col) => [0, 1, 2, 2][col] ?? 0, { states: new Uint8Array([0, 0, 0, 2]) })
    const prepared = prepareHeat(cells, bands)
    expect([...prepared.steps]).toEqual([nothing, 0, 4, nothing])
    expect(prepared.hatched).toEqual([{ from: 3, to: 4 }])
  })
  test('a cause that runs down whole columns is one bracket', () => {
    const cells = cellsOf(10, 5, (row, col) =>
      col === 1 || col === 2 ? (row < 9 ? 2 : 1) : row === 0 ? 2 : 1,
    )
    const { brackets, bracketOf } = prepareHeat(cells, bands)
    expect(brackets).toEqual([{ from: 1, to: 3, cause: 0 }])
    expect([...bracketOf]).toEqual([-1, 0, 0, -1, -1])
  })
  test('differences within tolerance make no bracket, nor do few rows', () => {
    const small = cellsOf(10, 1, () => 2)
    expect(prepareHeat({ ...small, relative: small.relative.map(() => 0.0001) }, bands).brackets).toEqual([])
    expect(
      prepareHeat(
        cellsOf(4, 1, () => 2),
        bands,
      ).brackets,
    ).toEqual([])
  })
  test('pixels take the colour of their step, nothing stays clear', () => {
    expect([...paintCells(new Uint8Array([0, 6, nothing]), new Uint32Array([7, 0, 0, 0, 0, 0, 9]))]).toEqual([
      7, 9, 0,
    ])
  })
  test('runs join neighbours', () => {
    expect(runsOf(5, (i) => i !== 2)).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 5 },
    ])
  })
})
