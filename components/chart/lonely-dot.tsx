import type { Row } from './series-drawing'

type Layer = 'batch' | 'speed' | 'partial'

interface DotProps {
  cx?: number
  cy?: number
  index?: number
}

/** A point without neighbours has no line: it gets a dot, so that it is not lost. */
export function lonelyDot(rows: Row[], layer: Layer) {
  return function Dot({ cx, cy, index }: DotProps) {
    const lonely =
      index !== undefined &&
      rows[index]?.[layer] !== null &&
      (rows[index - 1]?.[layer] ?? null) === null &&
      (rows[index + 1]?.[layer] ?? null) === null
    if (!lonely || cx === undefined || cy === undefined) return <g key={index} />
    const radius = layer === 'batch' ? 1.75 : 1.4
    return (
      <circle
        key={index}
        cx={cx}
        cy={cy}
        r={radius}
        fill={layer === 'batch' ? 'var(--batch)' : 'var(--speed)'}
      />
    )
  }
}
