'use client'
import { ZIndexLayer } from 'recharts'
import { formatCompact, formatNumber, formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import { BoundaryMark } from './boundary-mark'
import type { SeriesDrawing, Span } from './series-drawing'
import { clamp, useScales } from './use-scales'
import type { Scales } from './use-scales'

interface OverlayProps {
  drawing: SeriesDrawing
  zone: Zone
  dragging: Span | null
}

/** What stands before the lines: the boundary, gaps with their names, the last point with its value. */
export function Overlay({ drawing, zone, dragging }: OverlayProps) {
  const scales = useScales()
  if (!scales) return null
  const { gaps, holes, last, mode, to } = drawing
  const { x, bottom, top, left, right } = scales
  const wide = (span: Span, atLeast: number) => x(span.to) - x(span.from) >= atLeast
  const middle = (span: Span) => (x(span.from) + x(span.to)) / 2
  return (
    <>
      <ZIndexLayer zIndex={450}>
        {gaps.map((gap) => (
          <line
            key={gap.from}
            x1={x(gap.from)}
            x2={x(gap.to)}
            y1={bottom + 0.5}
            y2={bottom + 0.5}
            stroke="var(--text-3)"
            strokeWidth="2"
          />
        ))}
        <BoundaryMark drawing={drawing} scales={scales} />
      </ZIndexLayer>
      <ZIndexLayer zIndex={650}>
        {holes
          .filter((hole) => wide(hole, 3))
          .slice(0, 3)
          .map((hole) => (
            <text
              key={hole.from}
              className="bad"
              textAnchor="middle"
              x={clamp(middle(hole), left + 60, right - 60)}
              y={top - 17}
            >
              partial: {hole.name}
            </text>
          ))}
        {gaps
          .filter((gap) => wide(gap, 130))
          .map((gap) => (
            <text key={gap.from} textAnchor="middle" x={middle(gap)} y={bottom - 6}>
              no data {formatRange(gap.from, gap.to, zone, to)}
            </text>
          ))}
        {last && mode === 'merged' ? <LastPoint last={last} scales={scales} /> : null}
        {dragging ? (
          <rect {...scales.band(dragging)} fill="var(--accent)" opacity="0.14" pointerEvents="none" />
        ) : null}
      </ZIndexLayer>
    </>
  )
}

function LastPoint({ last, scales }: { last: NonNullable<SeriesDrawing['last']>; scales: Scales }) {
  const x = scales.x(last.t)
  const y = scales.y(last.value)
  const above = y - scales.top > 26
  return (
    <g>
      {last.provisional ? (
        <circle cx={x} cy={y} r={3.2} fill="var(--surface)" stroke="var(--speed)" strokeWidth="1.75" />
      ) : (
        <circle cx={x} cy={y} r={3} fill="var(--batch)" />
      )}
      <text className="strong" textAnchor="end" x={Math.min(x + 4, scales.right)} y={above ? y - 9 : y + 20}>
        {Math.abs(last.value) >= 10_000 ? formatCompact(last.value) : formatNumber(last.value, 4)}
      </text>
    </g>
  )
}
