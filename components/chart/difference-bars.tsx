'use client'
import { ZIndexLayer } from 'recharts'
import type { SeriesDrawing } from './series-drawing'
import { useScales } from './use-scales'

/** Speed minus batch, one bar a window from the zero line; the tone is the relative error. */
export function DifferenceBars({ drawing }: { drawing: SeriesDrawing }) {
  const scales = useScales()
  if (!scales || drawing.mode !== 'difference') return null
  const zero = scales.y(0)
  return (
    <ZIndexLayer zIndex={300}>
      <line x1={scales.left} x2={scales.right} y1={zero} y2={zero} stroke="var(--line-control)" />
      {drawing.rows.map(({ point, difference, errorStep }) => {
        if (!point || difference === null || difference === 0) return null
        const from = scales.x(point.windowStart)
        const width = Math.max(1.5, scales.x(point.windowEnd) - from - 1)
        const y = scales.y(difference)
        return (
          <rect
            key={point.windowStart}
            x={from + 0.5}
            width={width}
            y={Math.min(y, zero)}
            height={Math.max(1.5, Math.abs(zero - y))}
            fill={`var(--err-${errorStep ?? 0})`}
            rx={1}
          />
        )
      })}
    </ZIndexLayer>
  )
}
