export interface HeatLayout {
  rows: number
  cols: number
  cellWidth: number
  cellHeight: number
  /** The fixed column of row names. */
  left: number
  /** Boundary label, and the brackets below it. */
  top: number
  bottom: number
  /** The whole map. */
  width: number
  height: number
  /** What of it is seen at once. */
  viewWidth: number
  viewHeight: number
}

/** `legible`: a mark fits into every cell, the map may scroll. `fit`: all of it at once. */
export type CellSize = 'legible' | 'fit'

export const markWidth = 9
const rowHeights = { legible: 14, few: 24 }
const fewRows = 12
const topLabel = 22
const bracketLane = 15
const axisHeight = 20
const widest = 48

export interface LayoutInput {
  rows: number
  cols: number
  available: { width: number; height: number }
  nameWidth: number
  size: CellSize
  hasBrackets: boolean
}

export function layoutHeat(input: LayoutInput): HeatLayout {
  const { rows, cols, available, nameWidth, size, hasBrackets } = input
  const left = Math.min(Math.ceil(nameWidth) + 12, Math.round(available.width * 0.28), 160)
  const top = topLabel + (hasBrackets ? bracketLane : 0)
  const room = Math.max(60, available.width - left - 1)
  const share = Math.floor((room / Math.max(1, cols)) * 1_000) / 1_000
  const cellWidth = Math.min(widest, Math.max(size === 'legible' ? markWidth : 1, share))
  const tall = rows <= fewRows ? rowHeights.few : rowHeights.legible
  const plot = Math.max(80, available.height - top - axisHeight)
  const cellHeight = size === 'legible' ? tall : Math.min(tall, Math.max(2, plot / Math.max(1, rows)))
  const width = left + cellWidth * cols + 1
  const height = top + cellHeight * rows + axisHeight
  return {
    rows,
    cols,
    cellWidth,
    cellHeight,
    left,
    top,
    bottom: axisHeight,
    width,
    height,
    viewWidth: Math.min(available.width, Math.ceil(width)),
    viewHeight: Math.min(available.height, Math.ceil(height)),
  }
}

export interface Scroll {
  x: number
  y: number
}

export interface Cell {
  row: number
  col: number
}

/** The cell under a point of the view; null outside the cells. */
export function cellAt(layout: HeatLayout, scroll: Scroll, x: number, y: number): Cell | null {
  const { left, top, bottom, viewHeight, viewWidth } = layout
  if (x < left || x > viewWidth || y < top || y > viewHeight - bottom) return null
  return inside(layout, scroll, x, y)
}

/** The cell nearest to a point: a drag that leaves the map still ends somewhere. */
export function nearestCell(layout: HeatLayout, scroll: Scroll, x: number, y: number): Cell {
  const { left, top, bottom, viewHeight, viewWidth, rows, cols } = layout
  const at = inside(
    layout,
    scroll,
    Math.min(Math.max(x, left), viewWidth - 1),
    Math.min(Math.max(y, top), viewHeight - bottom - 1),
  )
  return at ?? { row: rows - 1, col: cols - 1 }
}

function inside(layout: HeatLayout, scroll: Scroll, x: number, y: number): Cell | null {
  const col = Math.floor((x - layout.left + scroll.x) / layout.cellWidth)
  const row = Math.floor((y - layout.top + scroll.y) / layout.cellHeight)
  return row >= 0 && row < layout.rows && col >= 0 && col < layout.cols ? { row, col } : null
}

export interface Span {
  first: number
  last: number
}

/** Rows and columns that can be seen, also in part. */
export function visible(layout: HeatLayout, scroll: Scroll): { rows: Span; cols: Span } {
  const { left, top, bottom, cellWidth, cellHeight, viewWidth, viewHeight } = layout
  const span = (from: number, length: number, size: number, n: number): Span => ({
    first: Math.max(0, Math.floor(from / size)),
    last: Math.min(n - 1, Math.ceil((from + length) / size)),
  })
  return {
    rows: span(scroll.y, viewHeight - top - bottom, cellHeight, layout.rows),
    cols: span(scroll.x, viewWidth - left, cellWidth, layout.cols),
  }
}

/** How far to scroll so that a cell is seen. */
export function scrollTo(layout: HeatLayout, scroll: Scroll, { row, col }: Cell): Scroll {
  const { left, top, bottom, cellWidth, cellHeight, viewWidth, viewHeight } = layout
  const keep = (at: number, from: number, size: number, room: number) =>
    at < from ? at : at + size > from + room ? at + size - room : from
  return {
    x: keep(col * cellWidth, scroll.x, cellWidth, viewWidth - left),
    y: keep(row * cellHeight, scroll.y, cellHeight, viewHeight - top - bottom),
  }
}
