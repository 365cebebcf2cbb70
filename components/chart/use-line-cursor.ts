'use client'
import { useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { nearest } from './line-path'

interface Frame {
  left: number
  right: number
  from: number
  to: number
}

/** Which point of a line is looked at, by pointer or by arrow keys; and what is dragged over. */
export function useLineCursor(
  points: readonly { at: number }[],
  frame: Frame,
  onZoom?: (from: number, to: number) => void,
) {
  const [at, setAt] = useState<number | null>(null)
  const [start, setStart] = useState<number | null>(null)
  const index = at === null ? -1 : points.findIndex((point) => point.at === at)
  const moves: Record<string, number> = {
    ArrowLeft: index === -1 ? points.length - 1 : Math.max(0, index - 1),
    ArrowRight: index === -1 ? 0 : Math.min(points.length - 1, index + 1),
    Home: 0,
    End: points.length - 1,
  }
  const instantOf = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - box.left - frame.left) / Math.max(1, frame.right - frame.left)
    return nearest(points, frame.from + share * (frame.to - frame.from))?.at ?? null
  }
  const drag =
    start !== null && at !== null && start !== at
      ? { from: Math.min(start, at), to: Math.max(start, at) }
      : null
  return {
    at,
    drag: onZoom ? drag : null,
    handlers: {
      onPointerMove: (event: PointerEvent) => setAt(instantOf(event)),
      onPointerDown: (event: PointerEvent) => setStart(instantOf(event)),
      onPointerUp: () => {
        if (drag) onZoom?.(drag.from, drag.to)
        setStart(null)
      },
      onPointerLeave: () => {
        setAt(null)
        setStart(null)
      },
      onBlur: () => setAt(null),
      onKeyDown: (event: KeyboardEvent) => {
        const next = moves[event.key]
        if (next !== undefined) {
          event.preventDefault()
          setAt(points[next]?.at ?? null)
        } else if (event.key === 'Escape' && at !== null) setAt(null)
      },
    },
  }
}
