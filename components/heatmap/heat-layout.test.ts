import { describe, expect, test } from 'vitest'
import { blockOf, moveBy } from './cell-keys'
import { cellAt, layoutHeat, nearestCell, scrollTo, visible, type LayoutInput } from './heat-layout'

const input = (change: Partial<LayoutInput> = {}): LayoutInput => ({
  rows: 277,
  cols: 361,
  available: { width: 1000, height: 600 },
  nameWidth: 30,
  size: 'legible',
  hasBrackets: false,
  ...change,
})

describe('the layout of a map', () => {
  test('legible cells are wide enough for a mark and the map scrolls', () => {
    const layout = layoutHeat(input())
    expect(layout.cellWidth).toBe(9)
    expect(layout.width).toBeGreaterThan(layout.viewWidth)
  })
  test('fit shows all of it at once', () => {
    const layout = layoutHeat(input({ size: 'fit' }))
    expect(layout.width).toBeLessThanOrEqual(1000)
    expect(layout.height).toBeLessThanOrEqual(601)
  })
  test('few columns share the width, but not without end', () => {
    const wide = layoutHeat(input({ cols: 54 }))
    expect(wide.cellWidth).toBeCloseTo((1000 - wide.left - 1) / 54, 2)
    expect(layoutHeat(input({ cols: 3 })).cellWidth).toBe(48)
  })
})

describe('finding cells', () => {
  const layout = layoutHeat(input())
  const scroll = { x: 90, y: 28 }
  test('a point is a cell of what is scrolled to, names and axis are none', () => {
    expect(cellAt(layout, scroll, layout.left + 1, layout.top + 1)).toEqual({ row: 2, col: 10 })
    expect(cellAt(layout, scroll, layout.left - 1, layout.top + 1)).toBeNull()
    expect(cellAt(layout, scroll, layout.left + 1, layout.viewHeight - 2)).toBeNull()
  })
  test('a drag beyond the edge ends at the last cell that is seen', () => {
    expect(nearestCell(layout, scroll, -50, -50)).toEqual({ row: 2, col: 10 })
  })
  test('only what can be seen is drawn', () => {
    const { rows, cols } = visible(layout, scroll)
    expect(cols.first).toBe(10)
    expect(cols.last - cols.first).toBeLessThan(1000 / 9)
    expect(rows.last - rows.first).toBeLessThan(600 / 14 + 2)
  })
  test('scrolling brings a cell into view by the shortest way', () => {
    expect(scrollTo(layout, scroll, { row: 2, col: 10 })).toEqual(scroll)
    expect(scrollTo(layout, scroll, { row: 0, col: 0 })).toEqual({ x: 0, y: 0 })
    expect(scrollTo(layout, { x: 0, y: 0 }, { row: 0, col: 360 }).x).toBeCloseTo(
      361 * 9 - (1000 - layout.left),
    )
  })
})

describe('keys', () => {
  const layout = layoutHeat(input())
  const press = (key: string, change = {}) =>
    moveBy({ key, ctrlKey: false, metaKey: false, ...change }, { row: 5, col: 5 }, layout)
  test('arrows move by one and stop at the edges', () => {
    expect(press('ArrowLeft')).toEqual({ row: 5, col: 4 })
    expect(press('ArrowDown', { ctrlKey: true })).toEqual({ row: 15, col: 5 })
    expect(moveBy({ key: 'ArrowUp', ctrlKey: false, metaKey: false }, { row: 0, col: 0 }, layout)).toEqual({
      row: 0,
      col: 0,
    })
    expect(press('End', { ctrlKey: true })).toEqual({ row: 276, col: 360 })
    expect(press('x')).toBeNull()
  })
  test('a block holds both its corners, whichever way it was drawn', () => {
    const block = blockOf({ row: 4, col: 9 }, { row: 2, col: 7 })
    expect([[...block.rows], block.from, block.to]).toEqual([[2, 3, 4], 7, 10])
  })
})
