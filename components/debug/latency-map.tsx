'use client'
import { useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent, Ref } from 'react'
import { svgImage, timeTicks, useWidth } from '@/components/chart'
import { formatCount, formatDuration, formatNear, formatPercent, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { SkeletonBox } from '@/components/ui'
import type { LatencyHeat } from '@/server/api'
import { latencyTicks, rowsUp, toneCells, tones } from './latency-drawing'

export interface LatencyMapHandle {
  image: () => Promise<Blob | null>
}

interface LatencyMapProps {
  heat: LatencyHeat
  from: number
  to: number
  /** What the map is of, in a sentence. */
  label: string
  zone: Zone
  now: number
  handle?: Ref<LatencyMapHandle>
}

const height = 268
const top = 14
const bottom = 20
const left = 52
const right = 34

export const toneColour = (tone: number): string =>
  `color-mix(in oklch, var(--batch) ${[14, 26, 42, 60, 80, 100][tone] ?? 100}%, var(--surface))`

/** How long things took, step by step of time: a row a quarter octave, tone for how many, lines for percentiles. */
export function LatencyMap({ heat, from, to, label, zone, now, handle }: LatencyMapProps) {
  const [box, width] = useWidth()
  const svg = useRef<SVGSVGElement>(null)
  const [at, setAt] = useState<{ col: number; row: number } | null>(null)
  const [spoken, setSpoken] = useState('')
  useImperativeHandle(handle, () => ({
    image: () => (svg.current ? svgImage(svg.current) : Promise.resolve(null)),
  }))
  const { stepMs, edges, columns, threshold } = heat
  const start = Math.floor(from / stepMs) * stepMs
  const cols = Math.max(1, Math.ceil((to - start) / stepMs))
  const rows = Math.max(1, edges.length)
  const byTone = useMemo(
    () => toneCells({ columns }, (instant) => Math.round((instant - start) / stepMs)),
    [columns, start, stepMs],
  )
  const plot = Math.max(60, (width ?? 600) - left - right)
  const cellW = plot / cols
  const cellH = (height - top - bottom) / rows
  const gap = cellW >= 5 ? 1 : 0
  const x = (col: number) => left + col * cellW
  const yOf = (value: number) => height - bottom - rowsUp(value, edges) * cellH
  const columnAt = (col: number) =>
    columns.find(({ at: instant }) => Math.round((instant - start) / stepMs) === col)

  const place = (event: PointerEvent<SVGSVGElement>) => {
    const bounds = event.currentTarget.getBoundingClientRect()
    const col = Math.floor((event.clientX - bounds.left - left) / cellW)
    const row = Math.floor((height - bottom - (event.clientY - bounds.top)) / cellH)
    setAt(col >= 0 && col < cols && row >= 0 && row < rows ? { col, row } : null)
  }
  const say = (col: number) => {
    const column = columnAt(col)
    const when = formatNear(start + col * stepMs, zone, now)
    setSpoken(
      column
        ? `${when}: ${plural(column.count, 'event')}, half within ${formatDuration(column.p50)}, 99 % within ${formatDuration(column.p99)}.`
        : `${when}: no data.`,
    )
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const rise = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
    if (event.key === 'Escape') setAt(null)
    if (step === 0 && rise === 0) return
    event.preventDefault()
    const before = at ?? { col: cols, row: 0 }
    const col = Math.min(cols - 1, Math.max(0, before.col + step))
    setAt({ col, row: Math.min(rows - 1, Math.max(0, before.row + rise)) })
    say(col)
  }
  const hovered = at ? columnAt(at.col) : undefined
  return (
    <div
      ref={box}
      className="latency-box chart"
      style={{ minHeight: height }}
      tabIndex={0}
      role="application"
      aria-roledescription="heatmap"
      aria-label={label}
      onKeyDown={onKeyDown}
      onBlur={() => setAt(null)}
    >
      {width === null ? (
        <SkeletonBox height={height} />
      ) : (
        <svg
          ref={svg}
          width={width}
          height={height}
          aria-hidden="true"
          onPointerMove={place}
          onPointerLeave={() => setAt(null)}
        >
          {latencyTicks(edges).map((value) => (
            <g key={value}>
              <line x1={left} x2={width - right} y1={yOf(value)} y2={yOf(value)} stroke="var(--grid)" />
              <text x={left - 8} y={yOf(value) + 4} textAnchor="end">
                {formatDuration(value)}
              </text>
            </g>
          ))}
          {byTone.map(({ tone, cells }) => (
            <path
              key={tone}
              fill={toneColour(tone)}
              d={cells
                .map(
                  ({ col, row }) =>
                    `M${x(col).toFixed(2)} ${(height - bottom - (row + 1) * cellH).toFixed(2)}h${(cellW - gap).toFixed(2)}v${Math.max(1, cellH - 1).toFixed(2)}h${(gap - cellW).toFixed(2)}z`,
                )
                .join('')}
            />
          ))}
          <Line columns={columns} of="p50" {...{ start, stepMs, x, cellW, yOf }} />
          <Line columns={columns} of="p99" {...{ start, stepMs, x, cellW, yOf }} />
          {threshold === null || threshold > (edges.at(-1) ?? 0) * 1.2 ? null : (
            <g>
              <line
                x1={left}
                x2={width - right}
                y1={yOf(threshold)}
                y2={yOf(threshold)}
                stroke="var(--reference)"
                strokeDasharray="5 3"
              />
              <text x={left + 6} y={yOf(threshold) - 5}>
                objective: {formatDuration(threshold)}
              </text>
            </g>
          )}
          {at ? (
            <rect
              x={x(at.col)}
              y={height - bottom - (at.row + 1) * cellH}
              width={cellW}
              height={cellH}
              fill="none"
              stroke="var(--text-1)"
              strokeWidth="1.5"
            />
          ) : null}
          {timeTicks(start, to, zone, Math.max(2, Math.floor(plot / 90))).map(
            ({ at: instant, label: text }) => (
              <text
                key={instant}
                x={left + ((instant - start) / stepMs) * cellW}
                y={height - 4}
                textAnchor="middle"
              >
                {text}
              </text>
            ),
          )}
        </svg>
      )}
      {at && width !== null ? (
        <div
          className="chart-tip latency-tip"
          style={{
            top: 8,
            ...(at.col > cols / 2 ? { right: width - x(at.col) + 10 } : { left: x(at.col) + cellW + 10 }),
          }}
        >
          <div className="font-medium">
            {formatNear(start + at.col * stepMs, zone, now)}
            {hovered?.isProbe ? <span className="text-text-3"> probes only</span> : null}
          </div>
          {hovered ? (
            <dl>
              <dt>
                {formatDuration(at.row === 0 ? 0 : (edges[at.row - 1] ?? 0))} to{' '}
                {formatDuration(edges[at.row] ?? 0)}
              </dt>
              <dd>
                {formatCount(hovered.counts[at.row] ?? 0)} of {formatCount(hovered.count)}
                {hovered.count >= 100
                  ? `, ${formatPercent((hovered.counts[at.row] ?? 0) / hovered.count)} %`
                  : ''}
              </dd>
              <dt>p50</dt>
              <dd>{formatDuration(hovered.p50)}</dd>
              <dt>p95</dt>
              <dd>{formatDuration(hovered.p95)}</dd>
              <dt>p99</dt>
              <dd>{formatDuration(hovered.p99)}</dd>
              <dt>longest</dt>
              <dd>{formatDuration(hovered.max)}</dd>
            </dl>
          ) : (
            <span className="text-text-3">no data</span>
          )}
        </div>
      ) : null}
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
    </div>
  )
}

interface LineProps {
  columns: LatencyHeat['columns']
  of: 'p50' | 'p99'
  start: number
  stepMs: number
  x: (col: number) => number
  cellW: number
  yOf: (value: number) => number
}

/** A percentile over the cells; where there is no data the line ends and starts again. */
function Line({ columns, of, start, stepMs, x, cellW, yOf }: LineProps) {
  const runs: { col: number; value: number }[][] = []
  for (const column of columns) {
    const point = { col: Math.round((column.at - start) / stepMs), value: column[of] }
    const run = runs.at(-1)
    if (run && run.at(-1)?.col === point.col - 1) run.push(point)
    else runs.push([point])
  }
  const last = runs.at(-1)?.at(-1)
  return (
    <g>
      {runs.map((run) => (
        <polyline
          key={run[0]?.col}
          points={run
            .map(({ col, value }) => `${(x(col) + cellW / 2).toFixed(1)},${yOf(value).toFixed(1)}`)
            .join(' ')}
          fill="none"
          stroke="var(--boundary)"
          strokeWidth={of === 'p99' ? 1.5 : 1}
        />
      ))}
      {last ? (
        <text className="strong" x={x(last.col) + cellW + 4} y={yOf(last.value) + 4}>
          {of}
        </text>
      ) : null}
    </g>
  )
}

/** Tone for how many, lines for percentiles, dashes for what is allowed. */
export function LatencyLegend({ heat }: { heat: LatencyHeat }) {
  const most = Math.max(1, ...heat.columns.flatMap(({ counts }) => counts))
  return (
    <ul className="latency-legend">
      <li>
        1
        <span className="latency-ramp" aria-hidden="true">
          {Array.from({ length: tones }, (_, tone) => (
            <i key={tone} style={{ background: toneColour(tone) }} />
          ))}
        </span>
        {formatCount(most)} in a cell, in logarithmic steps
      </li>
      {heat.total ? (
        <li>
          p50 <b className="font-medium text-text-1">{formatDuration(heat.total.p50)}</b>, p95{' '}
          <b className="font-medium text-text-1">{formatDuration(heat.total.p95)}</b>, p99{' '}
          <b className="font-medium text-text-1">{formatDuration(heat.total.p99)}</b>, longest{' '}
          {formatDuration(heat.total.max)}
        </li>
      ) : null}
      {heat.columns.some(({ isProbe }) => isProbe) ? <li>some steps hold probes only</li> : null}
    </ul>
  )
}
