'use client'
import { useState } from 'react'

interface ChartPoint {
  activeLabel?: string | number | undefined
}

interface Drag {
  start: number
  end: number
}

/** Drag across a chart to zoom into what was dragged over; a press without a drag picks the point. */
export function useDragZoom(onZoom: (from: number, to: number) => void, onPick?: (at: number) => void) {
  const [drag, setDrag] = useState<Drag | null>(null)
  const at = (point: ChartPoint): number | null => {
    const label = Number(point.activeLabel)
    return point.activeLabel === undefined || !Number.isFinite(label) ? null : label
  }
  const span = drag && drag.start !== drag.end ? ordered(drag) : null
  return {
    span,
    handlers: {
      onMouseDown: (point: ChartPoint) => {
        const start = at(point)
        setDrag(start === null ? null : { start, end: start })
      },
      onMouseMove: (point: ChartPoint) => {
        const end = at(point)
        if (drag && end !== null) setDrag({ ...drag, end })
      },
      onMouseUp: () => {
        setDrag(null)
        if (span) onZoom(span.from, span.to)
        else if (drag) onPick?.(drag.start)
      },
      onMouseLeave: () => setDrag(null),
    },
  }
}

function ordered({ start, end }: Drag): { from: number; to: number } {
  return { from: Math.min(start, end), to: Math.max(start, end) }
}
