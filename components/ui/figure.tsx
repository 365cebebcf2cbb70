import { compactFigure, durationParts, formatCount } from '@/components/format'

export function DurationFigure({ ms }: { ms: number }) {
  const parts = durationParts(ms)
  return (
    <span>
      {parts.map((part, i) => (
        <span key={part.unit}>
          {i > 0 ? ' ' : ''}
          {part.value}
          <span className="unit">{part.unit}</span>
        </span>
      ))}
    </span>
  )
}

export function CountFigure({ n, unit }: { n: number; unit: string }) {
  const { value, unit: scale } = n < 1_000_000 ? { value: formatCount(n), unit: '' } : compactFigure(n)
  return (
    <span title={scale ? formatCount(n) : undefined}>
      {value}
      {scale ? ` ${scale}` : ''}
      <span className="unit">{unit}</span>
    </span>
  )
}
