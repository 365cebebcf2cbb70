import type { Cell } from './heat-layout'
import { xOf, yOf, type HeatView } from './draw-heat'
import { runsOf } from './prepare-heat'

/** Rows need not be neighbours: the order may have changed since they were chosen. */
export interface CellBlock {
  rows: ReadonlySet<number>
  /** Columns [from, to). */
  from: number
  to: number
}

export interface HeatOverlay {
  hover: Cell | null
  cursor: Cell | null
  selection: CellBlock | null
}

/** Hover, cursor and selection, over the map as it is: all that is drawn while a pointer moves. */
export function drawOverlay(c: CanvasRenderingContext2D, view: HeatView, overlay: HeatOverlay): void {
  const { layout, palette, ratio } = view
  c.setTransform(ratio, 0, 0, ratio, 0, 0)
  c.save()
  c.beginPath()
  c.rect(
    layout.left - 2,
    layout.top - 2,
    layout.viewWidth - layout.left + 2,
    layout.viewHeight - layout.top - layout.bottom + 4,
  )
  c.clip()
  const { hover, cursor, selection } = overlay
  if (selection)
    for (const run of runsOf(layout.rows, (row) => selection.rows.has(row))) {
      const box = [
        xOf(view, selection.from),
        yOf(view, run.from),
        (selection.to - selection.from) * layout.cellWidth,
        (run.to - run.from) * layout.cellHeight,
      ] as const
      outline(c, box, palette.surface, 3.5)
      outline(c, box, palette.accent, 2)
    }
  if (hover) outline(c, boxOf(view, hover), palette.text, 1)
  if (cursor) {
    outline(c, boxOf(view, cursor), palette.surface, 4)
    outline(c, boxOf(view, cursor), palette.text, 2)
  }
  c.restore()
}

type Box = readonly [x: number, y: number, width: number, height: number]

function boxOf(view: HeatView, { row, col }: Cell): Box {
  const { cellWidth, cellHeight } = view.layout
  // A cell too small to outline gets a frame round it that can be seen.
  const grow = Math.max(0, (5 - Math.min(cellWidth, cellHeight)) / 2)
  return [xOf(view, col) - grow, yOf(view, row) - grow, cellWidth + 2 * grow, cellHeight + 2 * grow]
}

function outline(c: CanvasRenderingContext2D, [x, y, w, h]: Box, colour: string, width: number): void {
  c.lineWidth = width
  c.strokeStyle = colour
  c.strokeRect(x, y, w, h)
}
