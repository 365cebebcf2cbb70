'use client'
import { useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { SeriesPoint } from '@/server/api'
import type { Row } from './series-drawing'

/** Walks the points of a chart by key; the point stays the same while live figures come in. */
export function useKeyCursor(rows: Row[], onEnter?: (point: SeriesPoint) => void) {
  const [at, setAt] = useState<number | null>(null)
  const points = rows.filter((row): row is Row & { point: SeriesPoint } => row.point !== null)
  const index = at === null ? -1 : points.findIndex((row) => row.t === at)
  const moves: Record<string, number> = {
    ArrowLeft: index === -1 ? points.length - 1 : Math.max(0, index - 1),
    ArrowRight: index === -1 ? 0 : Math.min(points.length - 1, index + 1),
    Home: 0,
    End: points.length - 1,
  }
  const current = points[index] ?? null
  return {
    current,
    clear: () => setAt(null),
    onKeyDown: (event: KeyboardEvent) => {
      const next = moves[event.key]
      if (next !== undefined) {
        event.preventDefault()
        setAt(points[next]?.t ?? null)
      } else if (event.key === 'Enter' && current !== null) onEnter?.(current.point)
      else if (event.key === 'Escape') setAt(null)
    },
  }
}
