'use client'
import { timeTicks, useWidth } from '@/components/chart'
import { formatCount } from '@/components/format'
import type { Zone } from '@/components/format'
import { SkeletonBox } from '@/components/ui'
import type { SchemaTrouble } from '@/server/api'

const height = 84
const top = 12
const bottom = 18
const left = 34

interface ErrorStepsProps {
  schemas: SchemaTrouble
  from: number
  to: number
  zone: Zone
}

/** Errors a step as bars, parked below, refused above; changes of a schema as marks on the axis. */
export function ErrorSteps({ schemas: { steps, stepMs, changes }, from, to, zone }: ErrorStepsProps) {
  const [box, width] = useWidth()
  const start = Math.floor(from / stepMs) * stepMs
  const most = Math.max(1, ...steps.map(({ gateway, log }) => gateway + log))
  const plot = Math.max(60, (width ?? 400) - left - 6)
  const x = (at: number) => left + ((at - start) / (to - start)) * plot
  const bar = Math.max(1.5, (stepMs / (to - start)) * plot - 1)
  const h = (n: number) => (n / most) * (height - top - bottom)
  const total = steps.reduce((sum, { gateway, log }) => sum + gateway + log, 0)
  const marks = changes.filter(({ at }) => at >= start && at < to)
  return (
    <div ref={box} className="chart" style={{ minHeight: height }}>
      {width === null ? (
        <SkeletonBox height={height} />
      ) : (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`${formatCount(total)} events did not fit; at most ${formatCount(most)} in one step; ${marks.length} schema changes`}
        >
          <line x1={left} x2={left + plot} y1={height - bottom} y2={height - bottom} stroke="var(--line)" />
          <text x={left - 6} y={top + 4} textAnchor="end">
            {formatCount(most)}
          </text>
          <text x={left - 6} y={height - bottom + 4} textAnchor="end">
            0
          </text>
          {steps.map(({ at, gateway, log }) => (
            <g key={at}>
              <rect x={x(at)} width={bar} y={height - bottom - h(log)} height={h(log)} fill="var(--text-2)" />
              <rect
                x={x(at)}
                width={bar}
                y={height - bottom - h(log + gateway)}
                height={h(gateway)}
                fill="var(--line-control)"
              />
            </g>
          ))}
          {marks.map(({ subject, version, at }) => (
            <path
              key={`${subject} ${version}`}
              d={`M${x(at)} ${height - bottom - 1}l-4 -7h8z`}
              fill="var(--boundary)"
            >
              <title>
                {subject} version {version}
              </title>
            </path>
          ))}
          {timeTicks(start, to, zone, Math.max(2, Math.floor(plot / 90))).map(({ at, label }) => (
            <text key={at} x={x(at)} y={height - 3} textAnchor="middle">
              {label}
            </text>
          ))}
        </svg>
      )}
      <ul className="legend">
        <li>
          <i className="layer-swatch" style={{ background: 'var(--line-control)' }} />
          refused by the gateway
        </li>
        <li>
          <i className="layer-swatch" style={{ background: 'var(--text-2)' }} />
          parked
        </li>
        {marks.length > 0 ? <li>▾ a schema changed</li> : null}
      </ul>
    </div>
  )
}
