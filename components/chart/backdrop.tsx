'use client'
import { useId } from 'react'
import { ZIndexLayer } from 'recharts'
import type { SeriesDrawing } from './series-drawing'
import { useScales } from './use-scales'

/** What stands behind the lines: the side that may still change, and the holes. */
export function Backdrop({ drawing }: { drawing: SeriesDrawing }) {
  const hatch = useId()
  const scales = useScales()
  if (!scales) return null
  const { provisional, holes, mode } = drawing
  return (
    <ZIndexLayer zIndex={-200}>
      <defs>
        <pattern
          id={hatch}
          width="4.5"
          height="4.5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line x1="0" y1="0" x2="0" y2="4.5" stroke="var(--hatch)" strokeWidth="1" />
        </pattern>
      </defs>
      {provisional ? (
        <rect
          {...scales.band(provisional)}
          fill={mode === 'difference' ? `url(#${hatch})` : 'var(--sunken)'}
          opacity={mode === 'difference' ? 0.55 : 1}
        />
      ) : null}
      {holes.map((hole) => (
        <g key={hole.from}>
          <rect {...scales.band(hole)} fill="color-mix(in oklch, var(--bad) 8%, transparent)" />
          <rect {...scales.band(hole)} y={scales.top - 2} height={2} fill="var(--bad)" />
        </g>
      ))}
    </ZIndexLayer>
  )
}
