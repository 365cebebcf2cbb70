'use client'
import { useCallback, useEffect, useId, useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode, Ref } from 'react'
import { useWidth } from '@/components/chart'
import { blockOf, moveBy } from './cell-keys'
import type { HeatTexts } from './draw-heat'
import type { CellBlock, HeatOverlay } from './draw-overlay'
import { layoutHeat, scrollTo, type Cell, type CellSize } from './heat-layout'
import type { PreparedHeat } from './prepare-heat'
import { scrollOf, useHeatCanvas } from './use-heat-canvas'
import { useHeatPointer } from './use-heat-pointer'

export interface HeatmapHandle {
  image: () => Promise<Blob | null>
}

interface HeatmapProps {
  prepared: PreparedHeat
  texts: HeatTexts
  /** What the map shows, in a sentence. */
  label: string
  size: CellSize
  maxHeight: number
  cursor: Cell | null
  selection: CellBlock | null
  onCursor: (cell: Cell) => void
  /** `done`: the pointer or key let go; before, it is being drawn. */
  onSelect: (block: CellBlock | null, done: boolean) => void
  onOpen: (cell: Cell) => void
  /** One cell in a sentence, for who cannot see it. */
  describe: (cell: Cell) => string
  tip: (cell: Cell) => ReactNode
  /** Column to open at, when the map is wider than its place. */
  openAt: number
  handle?: Ref<HeatmapHandle>
}

const scrollbar = 12

/** Rows × columns of cells on one canvas, moved in by pointer, finger and keys. */
export function Heatmap(props: HeatmapProps) {
  const { prepared, texts, label, size, maxHeight, cursor, selection, onCursor, onSelect, onOpen } = props
  const { rows, cols } = prepared.cells
  const [box, width] = useWidth()
  const [hover, setHover] = useState<{ cell: Cell; x: number; y: number } | null>(null)
  const [spoken, setSpoken] = useState('')
  const anchor = useRef<Cell | null>(null)
  const overlay = useRef<HeatOverlay>({ hover: null, cursor: null, selection: null })
  const help = useId()

  const layout = useMemo(() => {
    if (width === null) return null
    const nameWidth = widestName(texts.rows)
    const input = { rows, cols, nameWidth, size, hasBrackets: prepared.brackets.length > 0 }
    const first = layoutHeat({ ...input, available: { width, height: maxHeight } })
    const room = first.height > maxHeight ? width - scrollbar : width
    return layoutHeat({ ...input, available: { width: room, height: maxHeight } })
  }, [width, rows, cols, texts.rows, size, maxHeight, prepared.brackets.length])
  const strongRows = useMemo(() => selection?.rows ?? new Set<number>(), [selection])
  const { canvas, scroller, refresh, image } = useHeatCanvas({ prepared, layout, texts, strongRows, overlay })
  useImperativeHandle(props.handle, () => ({ image }), [image])

  useEffect(() => {
    overlay.current = { hover: hover?.cell ?? null, cursor, selection }
    refresh()
  }, [hover, cursor, selection, refresh])

  useOpenAt(scroller, layout, props.openAt)

  const pointer = useHeatPointer({
    layout,
    scroller,
    onHover: useCallback((cell: Cell | null, { x, y }: { x: number; y: number }) => {
      setHover((before) =>
        cell && before?.cell.row === cell.row && before.cell.col === cell.col
          ? before
          : cell && { cell, x, y },
      )
    }, []),
    onBlock: (block, end, done) => {
      anchor.current = null
      setHover(null)
      onCursor(end)
      onSelect(block, done)
    },
  })

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (!layout || rows === 0 || event.altKey) return
    const at = cursor ?? { row: 0, col: Math.min(Math.max(0, props.openAt - 1), cols - 1) }
    const to = cursor ? moveBy(event, at, layout) : moveBy(event, at, layout) && at
    if (to) {
      event.preventDefault()
      go(to)
      if (event.shiftKey) {
        anchor.current ??= at
        onSelect(blockOf(anchor.current, to), true)
      } else anchor.current = null
      setSpoken(props.describe(to))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      onOpen(at)
    } else if (event.key === ' ') {
      event.preventDefault()
      go(at)
      onSelect(blockOf(at, at), true)
      setSpoken(`Selected. ${props.describe(at)}`)
    } else if (event.key === 'Escape') {
      anchor.current = null
      onSelect(null, true)
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      onSelect(blockOf({ row: 0, col: 0 }, { row: rows - 1, col: cols - 1 }), true)
      setSpoken('All cells selected')
    }
  }
  const go = (to: Cell) => {
    if (layout && scroller.current) {
      const { x, y } = scrollTo(layout, scrollOf(scroller.current), to)
      scroller.current.scrollTo(x, y)
    }
    onCursor(to)
  }

  const scrolls = layout !== null && layout.width > layout.viewWidth + 1
  return (
    <div ref={box} className="heat" style={{ minHeight: layout ? undefined : maxHeight }}>
      <p id={help} className="sr-only">
        Arrow keys move from cell to cell, with Shift they select. Enter explains the cell, Escape drops the
        selection. “Show as table” lists the same cells as rows.
      </p>
      <div
        ref={scroller}
        className="heat-scroller"
        role="application"
        aria-roledescription="heatmap"
        aria-label={label}
        aria-describedby={help}
        tabIndex={0}
        style={{ height: (layout?.viewHeight ?? maxHeight) + (scrolls ? scrollbar : 0) }}
        onKeyDown={onKeyDown}
        onFocus={() => {
          if (cursor) setSpoken(props.describe(cursor))
        }}
        onDoubleClick={() => {
          if (cursor) onOpen(cursor)
        }}
        {...pointer}
      >
        <div style={{ width: layout?.width, height: layout?.height }}>
          <canvas
            ref={canvas}
            aria-hidden="true"
            className="heat-canvas"
            style={{ width: layout?.viewWidth, height: layout?.viewHeight }}
          />
        </div>
      </div>
      {hover && layout ? (
        <div
          className="chart-tip heat-tip"
          style={{
            top: hover.y + 14,
            ...(hover.x > layout.viewWidth / 2
              ? { right: layout.viewWidth - hover.x + 12 }
              : { left: hover.x + 14 }),
          }}
        >
          {props.tip(hover.cell)}
        </div>
      ) : null}
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
    </div>
  )
}

const enoughNames = 400

/** How wide the names of the rows are written. */
function widestName(rows: readonly string[]): number {
  const c = document.createElement('canvas').getContext('2d')
  if (!c) return 0
  c.font = `11px ${getComputedStyle(document.body).fontFamily}`
  return Math.max(20, ...rows.slice(0, enoughNames).map((row) => c.measureText(row.slice(0, 60)).width))
}

/** Once, when the map first has a size: what matters is in view, most of it before the column. */
function useOpenAt(
  scroller: React.RefObject<HTMLDivElement | null>,
  layout: ReturnType<typeof layoutHeat> | null,
  openAt: number,
): void {
  const isOpen = useRef(false)
  useEffect(() => {
    if (!layout || isOpen.current) return
    isOpen.current = true
    const room = layout.viewWidth - layout.left
    scroller.current?.scrollTo(Math.max(0, openAt * layout.cellWidth - room * 0.8), 0)
  }, [scroller, layout, openAt])
}
