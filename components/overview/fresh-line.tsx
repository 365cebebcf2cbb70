'use client'
import { formatNear, formatShare, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { linePath, runsOfPoints, useWidth } from '@/components/chart'
import type { FreshOverview } from '@/server/api'

interface FreshLineProps {
  fresh: FreshOverview
  from: number
  to: number
  zone: Zone
  height: number
}

/** The overall share over time, on the axis that the pipelines' lanes share. */
export function FreshLine({ fresh, from, to, zone, height }: FreshLineProps) {
  const [box, width] = useWidth()
  const { line, stepMs, overall } = fresh
  const target = overall?.target ?? 0.99
  const points = line.map(({ at, share }) => ({
    at: Math.min(Math.max(at + stepMs / 2, from), to),
    value: share,
  }))
  const shares = line.flatMap(({ share }) => (share === null ? [] : [share]))
  const low = Math.max(0, Math.min(target - (1 - target), ...shares))
  const x = (at: number) => ((at - from) / (to - from)) * (width ?? 0)
  const y = (value: number) => 5 + (1 - (value - low) / (1 - low)) * (height - 10)
  const last = points.findLast(({ value }) => value !== null)
  const worst = line.reduce<(typeof line)[number] | null>(
    (found, point) =>
      point.share !== null && (found?.share == null || point.share < found.share) ? point : found,
    null,
  )
  const says =
    worst?.share == null
      ? 'Fresh reads over time: nothing was measured'
      : `Fresh reads of all pipelines over time: lowest ${formatShare(worst.share)} % at ${formatNear(worst.at, zone, to)}, ${plural(
          line.reduce((n, { total }) => n + total, 0),
          'read',
        )} in all`
  return (
    <>
      <span className="lanes-name lanes-all">
        all, by weight
        <span className="second">{stepMs >= 3_600_000 ? 'by the hour' : `by ${stepMs / 60_000} min`}</span>
      </span>
      <span
        ref={box}
        className="lanes-line chart"
        style={{ height }}
        role="img"
        aria-label={says}
        title={says}
      >
        {width === null ? null : (
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <line
              x1="0"
              x2={width}
              y1={y(target)}
              y2={y(target)}
              stroke="var(--reference)"
              strokeDasharray="5 3"
            />
            <text x="2" y={y(target) + 12}>
              {formatShare(target)} %
            </text>
            <path
              d={linePath(points, { x, y })}
              fill="none"
              stroke="var(--batch)"
              strokeWidth="1.75"
              strokeLinejoin="round"
              strokeLinecap="round"
            />
            {runsOfPoints(points)
              .filter((run) => run.length === 1)
              .flat()
              .map(({ at, value }) => (
                <circle key={at} cx={x(at)} cy={y(value)} r="1.9" fill="var(--batch)" />
              ))}
            {last?.value != null ? (
              <circle
                cx={x(last.at)}
                cy={y(last.value)}
                r="3.2"
                fill="var(--surface)"
                stroke="var(--speed)"
                strokeWidth="1.75"
              />
            ) : null}
          </svg>
        )}
      </span>
      <span className="lanes-value text-text-3">
        {last?.value == null ? 'no data' : `${formatShare(last.value)} %`}
      </span>
    </>
  )
}
