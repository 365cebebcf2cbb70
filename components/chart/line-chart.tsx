'use client'
import type { ReactNode } from 'react'
import type { Zone } from '@/components/format'
import { Axes, DrawnLine, MarkAt } from './line-chart-parts'
import type { ChartLine } from './line-chart-parts'
import type { Tick } from './ticks'
import { timeTicks } from './ticks'
import { useLineCursor } from './use-line-cursor'
import { useWidth } from './use-width'

interface Span {
  from: number
  to: number
}

interface LineChartProps {
  /** What the chart shows, in a sentence. */
  label: string
  from: number
  to: number
  low: number
  high: number
  yTicks: Tick[]
  lines: ChartLine[]
  zone: Zone
  height: number
  target?: { value: number; label: string }
  marks?: { at: number; label: string }[]
  /** Where what happened ends. */
  boundary?: { at: number; left: string; right: string }
  /** Behind the lines, hatched. */
  spans?: Span[]
  tip?: (at: number) => ReactNode
  onZoom?: (from: number, to: number) => void
  left?: number
  right?: number
}

/** A few lines over time in the grammar of all charts, without the drawing library: light enough for a first page. */
export function LineChart(props: LineChartProps) {
  const {
    label,
    from,
    to,
    low,
    high,
    yTicks,
    lines,
    zone,
    height,
    target,
    marks = [],
    boundary,
    spans = [],
  } = props
  const { tip, onZoom, left = 44, right = 12 } = props
  const [box, width] = useWidth()
  const top = boundary ? 22 : 10
  const bottom = height - 20
  const plotRight = (width ?? 0) - right
  const x = (at: number) => left + ((at - from) / (to - from)) * (plotRight - left)
  const y = (value: number) =>
    bottom - ((Math.min(Math.max(value, low), high) - low) / (high - low || 1)) * (bottom - top)
  const known = lines.filter(({ look }) => look !== 'projection').flatMap(({ points }) => points)
  const cursorPoints = [...new Set(known.filter(({ value }) => value !== null).map(({ at }) => at))]
    .sort((a, b) => a - b)
    .map((at) => ({ at }))
  const cursor = useLineCursor(cursorPoints, { left, right: plotRight, from, to }, onZoom)
  const shown = cursor.at === null || !tip ? null : tip(cursor.at)
  return (
    <figure className="chart" aria-label={label}>
      <div
        ref={box}
        style={{ height }}
        {...(tip
          ? {
              tabIndex: 0,
              role: 'application',
              'aria-label': `${label}: arrow keys walk its points`,
              ...cursor.handlers,
            }
          : {})}
      >
        {width === null ? null : (
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <Axes
              {...{ x, y, yTicks, left, plotRight, bottom }}
              ticks={timeTicks(from, to, zone, width < 420 ? 4 : 6)}
            />
            {boundary ? (
              <rect
                x={x(boundary.at)}
                width={Math.max(0, plotRight - x(boundary.at))}
                y={top}
                height={bottom - top}
                fill="var(--sunken)"
              />
            ) : null}
            {spans.map((span) => (
              <rect
                key={span.from}
                x={x(Math.max(span.from, from))}
                width={Math.max(1.5, x(Math.min(span.to, to)) - x(Math.max(span.from, from)))}
                y={top}
                height={bottom - top}
                fill="var(--hatch)"
                opacity="0.22"
              />
            ))}
            {target ? (
              <g>
                <line
                  x1={left}
                  x2={plotRight}
                  y1={Math.round(y(target.value)) + 0.5}
                  y2={Math.round(y(target.value)) + 0.5}
                  stroke="var(--reference)"
                  strokeDasharray="5 3"
                />
                <text x={left + 4} y={y(target.value) + (y(target.value) > bottom - 14 ? -5 : 13)}>
                  {target.label}
                </text>
              </g>
            ) : null}
            {lines.map((line, i) => (
              <DrawnLine key={i} line={line} {...{ x, y, low, plotRight }} />
            ))}
            {marks.map((mark) => (
              <MarkAt
                key={`${mark.at} ${mark.label}`}
                mark={mark}
                x={x(mark.at)}
                bottom={bottom}
                width={width}
              />
            ))}
            {boundary ? (
              <g>
                <line
                  x1={x(boundary.at)}
                  x2={x(boundary.at)}
                  y1={top - 8}
                  y2={bottom + 4}
                  stroke="var(--boundary)"
                  strokeWidth="1.25"
                />
                <text className="boundary" textAnchor="end" x={x(boundary.at) - 6} y={top - 2}>
                  {boundary.left}
                </text>
                {plotRight - x(boundary.at) > 62 ? (
                  <text className="boundary" x={x(boundary.at) + 6} y={top - 2}>
                    {boundary.right}
                  </text>
                ) : null}
              </g>
            ) : null}
            {cursor.drag ? (
              <rect
                x={x(cursor.drag.from)}
                width={x(cursor.drag.to) - x(cursor.drag.from)}
                y={top}
                height={bottom - top}
                fill="var(--accent)"
                opacity="0.14"
              />
            ) : null}
            {cursor.at !== null && tip ? (
              <line x1={x(cursor.at)} x2={x(cursor.at)} y1={top} y2={bottom} stroke="var(--focus)" />
            ) : null}
          </svg>
        )}
      </div>
      {shown && cursor.at !== null ? (
        <div className="key-tip" data-side={cursor.at > (from + to) / 2 ? 'left' : 'right'} role="status">
          <div className="chart-tip">{shown}</div>
        </div>
      ) : null}
    </figure>
  )
}
