'use client'
import { useId } from 'react'
import { useWidth } from '@/components/chart'
import { csvRows, formatCompact, formatInstant, formatPercent } from '@/components/format'
import { Note, Panel, PanelMenu } from '@/components/ui'
import type { ObjectiveDetail } from '@/server/api'
import { indicatorWords } from './objective-words'

const height = 168
const frame = { left: 40, right: 4, top: 18, bottom: 20 }
const steps = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]

/** The bad share of each UTC day against what the objective allows; today is open. */
export function DaysPanel({ detail, now }: { detail: ObjectiveDetail; now: number }) {
  const { view, days } = detail
  const words = view.sli ? indicatorWords[view.sli.indicator] : { bad: 'bad', counted: 'values' }
  const total = days.reduce((sum, day) => sum + day.total, 0)
  return (
    <Panel
      title={`${words.bad.charAt(0).toUpperCase()}${words.bad.slice(1)} ${words.counted} per day`}
      sub={`share of ${formatCompact(total)}`}
      actions={<PanelMenu name={`${view.id}-days`} csv={() => daysCsv(detail)} />}
    >
      {total === 0 ? (
        <Note kind="empty" title="Nothing was counted">
          Days show here with the first values.
        </Note>
      ) : (
        <div className="panel-body">
          <Bars detail={detail} now={now} />
        </div>
      )}
    </Panel>
  )
}

function Bars({ detail: { days, view }, now }: { detail: ObjectiveDetail; now: number }) {
  const [box, width] = useWidth()
  const pattern = useId()
  const allowed = 1 - view.target
  const today = Math.floor(now / 86_400_000) * 86_400_000
  const shares = days.map(({ good, total }) => (total === 0 ? null : (total - good) / total))
  const worst = Math.max(allowed, ...shares.map((share) => share ?? 0))
  const top = steps.find((step) => step >= worst * 1.1) ?? 1
  const inner = (width ?? 0) - frame.left - frame.right
  const bar = Math.min(28, inner / Math.max(days.length, 1))
  const y = (share: number) => height - frame.bottom - (share / top) * (height - frame.top - frame.bottom)
  const most = shares.indexOf(Math.max(...shares.map((share) => share ?? -1)))
  const label = `Bad share per day, most on ${formatInstant(days[most]?.day ?? now, 'utc', 'day')}: ${formatPercent(shares[most] ?? 0)} %`
  return (
    <figure className="chart" aria-label={label}>
      <div ref={box} style={{ height }}>
        {width === null ? null : (
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <defs>
              <pattern id={pattern} width="5" height="5" patternUnits="userSpaceOnUse">
                <circle cx="1.5" cy="1.5" r=".8" fill="var(--speed)" />
              </pattern>
            </defs>
            {[0, top / 2, top].map((share, i) => (
              <g key={share}>
                <line
                  x1={frame.left}
                  x2={width - frame.right}
                  y1={Math.round(y(share)) + 0.5}
                  y2={Math.round(y(share)) + 0.5}
                  stroke={i === 0 ? 'var(--line)' : 'var(--grid)'}
                />
                <text textAnchor="end" x={frame.left - 7} y={y(share) + 4}>
                  {Number((share * 100).toPrecision(3))} %
                </text>
              </g>
            ))}
            {shares.map((share, i) => {
              const day = days[i]?.day ?? 0
              if (share === null) return null
              const x = frame.left + i * bar
              return (
                <rect
                  key={day}
                  x={x + 0.5}
                  y={y(share)}
                  width={Math.max(1.5, bar - (bar > 7 ? 2 : 1))}
                  height={Math.max(share > 0 ? 1 : 0.5, height - frame.bottom - y(share))}
                  fill={day === today ? `url(#${pattern})` : 'var(--batch)'}
                  {...(day === today ? { stroke: 'var(--speed)', strokeWidth: 1 } : {})}
                  rx="1"
                >
                  <title>{`${formatInstant(day, 'utc', 'day')}: ${formatPercent(share)} %`}</title>
                </rect>
              )
            })}
            <line
              x1={frame.left}
              x2={width - frame.right}
              y1={Math.round(y(allowed)) + 0.5}
              y2={Math.round(y(allowed)) + 0.5}
              stroke="var(--boundary)"
              strokeOpacity="0.75"
              strokeDasharray="5 3"
            />
            <text x={width - frame.right} textAnchor="end" y={y(allowed) - 5}>
              allowed {formatPercent(allowed)} %
            </text>
            <text x={frame.left} y={height - 4}>
              {formatInstant(days[0]?.day ?? now, 'utc', 'day')}
            </text>
            {days.length > 4 ? (
              <text x={frame.left + days.length * bar} textAnchor="end" y={height - 4}>
                {days.at(-1)?.day === today ? 'today' : formatInstant(days.at(-1)?.day ?? now, 'utc', 'day')}
              </text>
            ) : null}
          </svg>
        )}
      </div>
    </figure>
  )
}

const daysCsv = ({ days }: ObjectiveDetail): string =>
  csvRows([
    ['day', 'good', 'bad', 'total'],
    ...days.map(({ day, good, total }) => [
      new Date(day).toISOString().slice(0, 10),
      good,
      total - good,
      total,
    ]),
  ])
