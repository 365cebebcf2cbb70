import { formatCount } from '@/components/format'
import type { BacklogRow } from '@/server/api'
import { diagnosisWords } from './backlog-words'

const width = 96
const height = 22
const spanMs = 10 * 60_000
const pad = 2

const inks = {
  ok: 'var(--text-3)',
  unknown: 'var(--text-3)',
  warn: 'var(--warn)',
  bad: 'var(--bad)',
} as const

/** How much waited over ten minutes; time without a look is a gap. */
export function BacklogLine({ row, now }: { row: BacklogRow; now: number }) {
  const { line, diagnosis } = row
  const points = line.filter(({ at }) => at >= now - spanMs)
  if (points.length < 2) return <span className="text-text-3">–</span>
  const most = Math.max(1, ...points.map(({ events }) => events))
  const x = (at: number) => pad + ((at - (now - spanMs)) / spanMs) * (width - 2 * pad)
  const y = (events: number) => height - pad - (events / most) * (height - 2 * pad)
  const last = points.at(-1)
  const first = points[0]
  const ink = inks[diagnosisWords[diagnosis].status]
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className="block overflow-visible"
      role="img"
      aria-label={`From ${formatCount(first?.events ?? 0)} to ${formatCount(last?.events ?? 0)} events, at most ${formatCount(most)}`}
    >
      {stretches(points).map((stretch) => (
        <polyline
          key={stretch[0]?.at}
          points={stretch.map(({ at, events }) => `${x(at).toFixed(1)},${y(events).toFixed(1)}`).join(' ')}
          fill="none"
          stroke={ink}
          strokeWidth="1.5"
          strokeLinejoin="round"
        />
      ))}
      {last ? <circle cx={x(last.at)} cy={y(last.events)} r="2" fill={ink} /> : null}
    </svg>
  )
}

const gapMs = 150_000

function stretches(points: BacklogRow['line']): BacklogRow['line'][] {
  const parts: BacklogRow['line'][] = []
  for (const point of points) {
    const part = parts.at(-1)
    const before = part?.at(-1)
    if (part && before && point.at - before.at <= gapMs) part.push(point)
    else parts.push([point])
  }
  return parts
}
