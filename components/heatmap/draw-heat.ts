import { causes } from '@/components/ui/mark'
import { causeMarks } from './cause-marks'
import { cellKinds } from './heat-cells'
import { markWidth, visible, type HeatLayout, type Scroll, type Span } from './heat-layout'
import type { Palette } from './palette'
import { firstMarked, paintCells, type PreparedHeat } from './prepare-heat'

export interface HeatTexts {
  rows: readonly string[]
  /** Axis labels by column, which may lie between two. */
  ticks: readonly { col: number; label: string }[]
  /** Where batch ends, as a column; null: outside. */
  boundary: { col: number; before: string; after: string } | null
}

export interface HeatView {
  prepared: PreparedHeat
  layout: HeatLayout
  scroll: Scroll
  palette: Palette
  /** One pixel a cell. */
  image: CanvasImageSource
  texts: HeatTexts
  /** Rows written in the colour of values. */
  strongRows: ReadonlySet<number>
  ratio: number
}

type Context = CanvasRenderingContext2D

/** All cells as an image of one pixel each, made once per change of the data or the theme. */
export function cellImage({ cells, steps }: PreparedHeat, { words }: Palette): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, cells.cols)
  canvas.height = Math.max(1, cells.rows)
  if (steps.length === 0) return canvas
  const pixels = new Uint8ClampedArray(paintCells(steps, words).buffer)
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, cells.cols, cells.rows), 0, 0)
  return canvas
}

/** What of the map can be seen; costs what is seen, not what there is. */
export function drawHeat(c: Context, view: HeatView): void {
  const { layout, palette, ratio } = view
  const { left, top, bottom, viewWidth, viewHeight } = layout
  c.setTransform(ratio, 0, 0, ratio, 0, 0)
  c.fillStyle = palette.surface
  c.fillRect(0, 0, viewWidth, viewHeight)
  const seen = visible(layout, view.scroll)
  c.save()
  c.beginPath()
  c.rect(left, top, viewWidth - left, viewHeight - top - bottom)
  c.clip()
  drawCells(c, view, seen)
  drawHatch(c, view, seen)
  drawGaps(c, view, seen)
  if (layout.cellWidth >= markWidth && layout.cellHeight >= markWidth) drawMarks(c, view, seen)
  c.restore()
  c.save()
  c.beginPath()
  c.rect(left - 1, 0, viewWidth - left + 1, viewHeight)
  c.clip()
  drawBrackets(c, view)
  drawBoundary(c, view)
  drawTicks(c, view)
  c.restore()
  drawRowNames(c, view, seen.rows)
}

interface Seen {
  rows: Span
  cols: Span
}

export const xOf = ({ layout, scroll }: Pick<HeatView, 'layout' | 'scroll'>, col: number): number =>
  layout.left + col * layout.cellWidth - scroll.x
export const yOf = ({ layout, scroll }: Pick<HeatView, 'layout' | 'scroll'>, row: number): number =>
  layout.top + row * layout.cellHeight - scroll.y

function drawCells(c: Context, view: HeatView, { rows, cols }: Seen): void {
  const { cellWidth, cellHeight } = view.layout
  const [w, h] = [cols.last - cols.first + 1, rows.last - rows.first + 1]
  if (w <= 0 || h <= 0) return
  c.imageSmoothingEnabled = false
  c.drawImage(
    view.image,
    cols.first,
    rows.first,
    w,
    h,
    xOf(view, cols.first),
    yOf(view, rows.first),
    w * cellWidth,
    h * cellHeight,
  )
}

const pitch = 4.5

function hatchPattern(c: Context, view: HeatView): CanvasPattern | null {
  const size = Math.round(pitch * 2 * view.ratio)
  const tile = document.createElement('canvas')
  tile.width = tile.height = size
  const t = tile.getContext('2d')
  if (!t) return null
  t.strokeStyle = view.palette.hatch
  t.lineWidth = view.ratio
  t.beginPath()
  for (let at = -size; at <= size * 2; at += size / 2) {
    t.moveTo(at, size)
    t.lineTo(at + size, 0)
  }
  t.stroke()
  const pattern = c.createPattern(tile, 'repeat')
  // Moves with the cells, so that it does not swim when the map is scrolled.
  pattern?.setTransform(new DOMMatrix([1 / view.ratio, 0, 0, 1 / view.ratio, xOf(view, 0), yOf(view, 0)]))
  return pattern
}

function drawHatch(c: Context, view: HeatView, { rows, cols }: Seen): void {
  const { prepared, layout } = view
  const { cells, hatched } = prepared
  const waiting = cellKinds.indexOf('waiting')
  const pattern = hatchPattern(c, view)
  if (!pattern) return
  c.fillStyle = pattern
  for (const run of hatched) {
    const from = Math.max(run.from, cols.first)
    const to = Math.min(run.to, cols.last + 1)
    if (from < to)
      c.fillRect(
        xOf(view, from),
        yOf(view, 0),
        (to - from) * layout.cellWidth,
        layout.rows * layout.cellHeight,
      )
  }
  for (let row = rows.first; row <= rows.last; row++)
    for (let col = cols.first; col <= cols.last; col++)
      if (cells.kinds[row * cells.cols + col] === waiting && cells.states[col] === 0)
        c.fillRect(xOf(view, col), yOf(view, row), layout.cellWidth, layout.cellHeight)
}

const gapFrom = 5

function drawGaps(c: Context, view: HeatView, { rows, cols }: Seen): void {
  const { cellWidth, cellHeight, viewWidth, viewHeight } = view.layout
  c.fillStyle = view.palette.surface
  if (cellHeight >= gapFrom)
    for (let row = rows.first; row <= rows.last + 1; row++) c.fillRect(0, yOf(view, row) - 0.5, viewWidth, 1)
  if (cellWidth >= gapFrom)
    for (let col = cols.first; col <= cols.last + 1; col++) c.fillRect(xOf(view, col) - 0.5, 0, 1, viewHeight)
}

const markSize = 6.4

function drawMarks(c: Context, view: HeatView, { rows, cols }: Seen): void {
  const { prepared, layout, palette } = view
  const { cells, steps, bracketOf } = prepared
  const partial = cellKinds.indexOf('partial')
  for (let row = rows.first; row <= rows.last; row++)
    for (let col = cols.first; col <= cols.last; col++) {
      const i = row * cells.cols + col
      const step = steps[i] ?? 0
      const at = cells.place[i] ?? -1
      if (step < firstMarked || step > 6 || at < 0) continue
      const cause = cells.causes[at] ?? 0
      const [x, y] = [xOf(view, col), yOf(view, row)]
      const ink = palette.inks[step] ?? palette.text
      c.fillStyle = c.strokeStyle = ink
      if (cells.kinds[i] === partial) {
        c.lineWidth = 1
        c.strokeRect(x + 1, y + 1, layout.cellWidth - 2, layout.cellHeight - 2)
      }
      const name = causes[cause]
      if (name && bracketOf[col] !== cause)
        causeMarks[name](
          c,
          x + (layout.cellWidth - markSize) / 2,
          y + (layout.cellHeight - markSize) / 2,
          markSize,
        )
    }
}

function drawBrackets(c: Context, view: HeatView): void {
  const { layout, palette, prepared } = view
  const y = layout.top - 3
  for (const { from, to, cause } of prepared.brackets) {
    const name = causes[cause]
    const [x1, x2] = [xOf(view, from) + 0.5, xOf(view, to) - 0.5]
    if (!name || x2 < layout.left || x1 > layout.viewWidth) continue
    c.strokeStyle = c.fillStyle = palette.text
    c.lineWidth = 1.25
    c.beginPath()
    c.moveTo(x1, y + 2.5)
    c.lineTo(x1, y)
    c.lineTo(x2, y)
    c.lineTo(x2, y + 2.5)
    c.stroke()
    causeMarks[name](c, (x1 + x2 - 7.5) / 2, y - 10.5, 7.5)
  }
}

function drawBoundary(c: Context, view: HeatView): void {
  const { layout, palette, texts } = view
  if (!texts.boundary) return
  const x = Math.round(xOf(view, texts.boundary.col))
  if (x < layout.left || x > layout.viewWidth) return
  c.fillStyle = palette.boundary
  c.fillRect(x - 0.5, 4, 1.5, layout.viewHeight - layout.bottom - 2)
  c.font = `500 11px ${palette.font}`
  c.textBaseline = 'middle'
  const { before, after } = texts.boundary
  c.textAlign = 'right'
  if (x - 6 - c.measureText(before).width > layout.left) c.fillText(before, x - 6, 9)
  c.textAlign = 'left'
  if (x + 6 + c.measureText(after).width < layout.viewWidth) c.fillText(after, x + 6, 9)
}

const tickGap = 10

function drawTicks(c: Context, view: HeatView): void {
  const { layout, palette, texts } = view
  c.font = `11px ${palette.font}`
  c.fillStyle = palette.quiet
  c.textBaseline = 'middle'
  let free = layout.left - tickGap
  for (const { col, label } of texts.ticks) {
    const x = xOf(view, col)
    const half = c.measureText(label).width / 2
    if (x < layout.left - 1 || x > layout.viewWidth + 1 || x - half < free + tickGap) continue
    free = x + half
    c.textAlign = x - half < layout.left ? 'left' : x + half > layout.viewWidth ? 'right' : 'center'
    c.fillText(label, Math.min(x, layout.viewWidth), layout.viewHeight - 8)
  }
}

const nameHeight = 12

function drawRowNames(c: Context, view: HeatView, rows: Span): void {
  const { layout, palette, texts, strongRows, scroll } = view
  const { left, top, bottom, viewHeight, cellHeight } = layout
  c.save()
  c.beginPath()
  c.rect(0, top, left - 4, viewHeight - top - bottom)
  c.clip()
  c.textAlign = 'left'
  c.textBaseline = 'middle'
  c.font = `11px ${palette.font}`
  const every = Math.max(1, Math.ceil(nameHeight / cellHeight))
  for (let row = rows.first; row <= rows.last; row++) {
    if (row % every !== 0) continue
    c.fillStyle = strongRows.has(row) ? palette.text : palette.quiet
    c.fillText(
      shortened(c, texts.rows[row] ?? '', left - 8),
      0,
      yOf(view, row) + (cellHeight * every) / 2 + 0.5,
    )
  }
  c.restore()
  if (scroll.x <= 0) return
  c.fillStyle = palette.line
  c.globalAlpha = 0.4
  c.fillRect(left - 2, top, 1, viewHeight - top - bottom)
  c.globalAlpha = 1
}

/** A name that is too long ends in an ellipsis. */
export function shortened(c: Pick<Context, 'measureText'>, text: string, width: number): string {
  if (c.measureText(text).width <= width) return text
  let [low, high] = [0, text.length]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (c.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle
    else high = middle - 1
  }
  return `${text.slice(0, low)}…`
}
