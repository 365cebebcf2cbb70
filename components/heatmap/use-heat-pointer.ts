'use client'
import { useEffect, useRef } from 'react'
import type { PointerEvent, RefObject } from 'react'
import { blockOf } from './cell-keys'
import type { CellBlock } from './draw-overlay'
import { cellAt, nearestCell, type Cell, type HeatLayout } from './heat-layout'
import { scrollOf } from './use-heat-canvas'

const longPressMs = 350
const slackPx = 6

interface PointerInput {
  layout: HeatLayout | null
  scroller: RefObject<HTMLDivElement | null>
  onHover: (cell: Cell | null, at: { x: number; y: number }) => void
  /** While it is dragged, and once more when it is done. */
  onBlock: (block: CellBlock, end: Cell, done: boolean) => void
}

/** A drag selects with the mouse; a finger scrolls, unless it rests first: then its drag selects. */
export function useHeatPointer({ layout, scroller, onHover, onBlock }: PointerInput) {
  const drag = useRef<{ anchor: Cell; end: Cell } | null>(null)
  const touch = useRef<{ timer: number; cell: Cell; x: number; y: number } | null>(null)

  // Only a listener that is not passive can keep a finger from scrolling while it selects.
  useEffect(() => {
    const box = scroller.current
    const hold = (event: TouchEvent) => {
      if (drag.current) event.preventDefault()
    }
    box?.addEventListener('touchmove', hold, { passive: false })
    return () => box?.removeEventListener('touchmove', hold)
  }, [scroller, layout])

  const place = (event: PointerEvent) => {
    const box = scroller.current?.getBoundingClientRect()
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) }
  }
  const begin = (cell: Cell) => {
    drag.current = { anchor: cell, end: cell }
    onBlock(blockOf(cell, cell), cell, false)
  }
  const endTouch = () => {
    if (touch.current) window.clearTimeout(touch.current.timer)
    touch.current = null
  }

  return {
    onPointerDown(event: PointerEvent<HTMLDivElement>) {
      if (!layout || event.button !== 0) return
      const { x, y } = place(event)
      const cell = cellAt(layout, scrollOf(scroller.current), x, y)
      if (!cell) return
      if (event.pointerType !== 'mouse') {
        const timer = window.setTimeout(() => begin(cell), longPressMs)
        touch.current = { timer, cell, x, y }
        return
      }
      event.currentTarget.setPointerCapture(event.pointerId)
      begin(cell)
    },
    onPointerMove(event: PointerEvent<HTMLDivElement>) {
      if (!layout) return
      const { x, y } = place(event)
      const scroll = scrollOf(scroller.current)
      if (touch.current && !drag.current && Math.hypot(x - touch.current.x, y - touch.current.y) > slackPx)
        endTouch()
      if (!drag.current) {
        if (event.pointerType === 'mouse') onHover(cellAt(layout, scroll, x, y), { x, y })
        return
      }
      scrollWith(scroller.current, layout, x, y)
      const end = nearestCell(layout, scroll, x, y)
      if (end.row === drag.current.end.row && end.col === drag.current.end.col) return
      drag.current.end = end
      onBlock(blockOf(drag.current.anchor, end), end, false)
    },
    onPointerUp() {
      const tapped = touch.current?.cell
      endTouch()
      const done = drag.current ?? (tapped ? { anchor: tapped, end: tapped } : null)
      drag.current = null
      if (done) onBlock(blockOf(done.anchor, done.end), done.end, true)
    },
    onPointerCancel() {
      endTouch()
      drag.current = null
    },
    onPointerLeave() {
      if (!drag.current) onHover(null, { x: 0, y: 0 })
    },
  }
}

/** A drag beyond an edge takes the map along. */
function scrollWith(box: HTMLDivElement | null, layout: HeatLayout, x: number, y: number): void {
  const past = (at: number, low: number, high: number) => (at < low ? at - low : at > high ? at - high : 0)
  const dx = past(x, layout.left, layout.viewWidth)
  const dy = past(y, layout.top, layout.viewHeight - layout.bottom)
  if (dx !== 0 || dy !== 0) box?.scrollBy(dx / 2, dy / 2)
}
