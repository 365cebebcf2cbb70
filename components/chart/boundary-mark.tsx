import type { SeriesDrawing } from './series-drawing'
import type { Scales } from './use-scales'

const leftWord = 'batch, exact'

/** The line between exact and provisional, labelled on both sides where there is room. */
export function BoundaryMark({ drawing, scales }: { drawing: SeriesDrawing; scales: Scales }) {
  const { boundary, provisional, mode } = drawing
  const { left, right, top, bottom } = scales
  const rightWord = mode === 'difference' ? 'awaiting batch' : 'speed'
  if (boundary === null)
    return (
      <text className="boundary" x={left + 2} y={top - 5}>
        {provisional ? `${rightWord}: no batch in this range yet` : leftWord}
      </text>
    )
  const x = Math.round(scales.x(boundary)) + 0.5
  return (
    <g>
      <line x1={x} x2={x} y1={top - 8} y2={bottom + 4} stroke="var(--boundary)" strokeWidth="1.25" />
      {x - left > 76 ? (
        <text className="boundary" textAnchor="end" x={x - 6} y={top - 1}>
          {leftWord}
        </text>
      ) : null}
      {right - x > (mode === 'difference' ? 84 : 25) ? (
        <text className="boundary" x={x + 6} y={top - 1}>
          {rightWord}
        </text>
      ) : null}
    </g>
  )
}
