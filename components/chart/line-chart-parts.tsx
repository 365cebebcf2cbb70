import { areaPath, linePath, runsOfPoints } from './line-path'
import type { LinePoint } from './line-path'
import type { Tick } from './ticks'

export interface ChartLine {
  points: LinePoint[]
  /** Solid, dotted because it may change, or dashed because it is what would come. */
  look: 'settled' | 'provisional' | 'projection'
  hasArea?: boolean
  /** Written at the last point. */
  end?: { text: string; below?: boolean }
}

const strokes = {
  settled: { stroke: 'var(--batch)', strokeWidth: 1.75 },
  provisional: { stroke: 'var(--speed)', strokeWidth: 2.4, strokeDasharray: '0 4.5' },
  projection: { stroke: 'var(--bad)', strokeWidth: 1.5, strokeDasharray: '5 3' },
}

interface AxesProps {
  x: (at: number) => number
  y: (value: number) => number
  yTicks: Tick[]
  ticks: Tick[]
  left: number
  plotRight: number
  bottom: number
}

export function Axes({ x, y, yTicks, ticks, left, plotRight, bottom }: AxesProps) {
  return (
    <g>
      {yTicks.map((tick, i) => (
        <g key={tick.at}>
          <line
            x1={left}
            x2={plotRight}
            y1={Math.round(y(tick.at)) + 0.5}
            y2={Math.round(y(tick.at)) + 0.5}
            stroke={i === 0 ? 'var(--line)' : 'var(--grid)'}
          />
          <text textAnchor="end" x={left - 7} y={y(tick.at) + 4}>
            {tick.label}
          </text>
        </g>
      ))}
      {ticks.map((tick) => (
        <text
          key={tick.at}
          textAnchor={x(tick.at) < left + 18 ? 'start' : 'middle'}
          x={x(tick.at)}
          y={bottom + 16}
        >
          {tick.label}
        </text>
      ))}
    </g>
  )
}

interface DrawnLineProps {
  line: ChartLine
  x: (at: number) => number
  y: (value: number) => number
  low: number
  plotRight: number
}

export function DrawnLine({ line, x, y, low, plotRight }: DrawnLineProps) {
  const { points, look, hasArea, end } = line
  const runs = runsOfPoints(points)
  const last = runs.at(-1)?.at(-1)
  const lonely = runs.filter((run) => run.length === 1).flat()
  return (
    <g>
      {hasArea ? <path d={areaPath(points, { x, y }, low)} fill="var(--batch-fill)" /> : null}
      <path
        d={linePath(points, { x, y })}
        fill="none"
        strokeLinecap="round"
        strokeLinejoin="round"
        {...strokes[look]}
      />
      {look === 'settled'
        ? lonely.map(({ at, value }) => (
            <circle key={at} cx={x(at)} cy={y(value)} r="1.9" fill="var(--batch)" />
          ))
        : null}
      {last && end ? (
        <g>
          {look === 'provisional' ? (
            <circle
              cx={x(last.at)}
              cy={y(last.value)}
              r="3.2"
              fill="var(--surface)"
              stroke="var(--speed)"
              strokeWidth="1.75"
            />
          ) : (
            <circle cx={x(last.at)} cy={y(last.value)} r="3" fill="var(--batch)" />
          )}
          <text
            className="strong"
            textAnchor={x(last.at) + 4 > plotRight - 40 ? 'end' : 'start'}
            x={x(last.at) + (x(last.at) + 4 > plotRight - 40 ? 4 : 8)}
            y={y(last.value) + (end.below ? 18 : -9)}
          >
            {end.text}
          </text>
        </g>
      ) : null}
    </g>
  )
}

interface MarkAtProps {
  mark: { at: number; label: string }
  x: number
  bottom: number
  width: number
}

/** ▾ on the time axis with its name. */
export function MarkAt({ mark, x, bottom, width }: MarkAtProps) {
  return (
    <g>
      <path d={`M${x},${bottom - 1}l-3.6,-6.5h7.2z`} fill="var(--text-2)" />
      <text className="strong" textAnchor={x > width - 60 ? 'end' : 'middle'} x={x} y={bottom - 11}>
        {mark.label}
      </text>
    </g>
  )
}
