import { Mark } from '@/components/ui'
import type { Cause } from '@/components/ui'
import { formatCount } from '@/components/format'
import { bandLabels, type Bands } from './error-steps'

interface HeatLegendProps {
  bands: Bands
  causes: readonly { cause: Cause; cells: number }[]
  /** What beside cells is on the map. */
  has: { waiting: boolean; inFlight: boolean; gaps: boolean }
}

/** The colour scale with a tick at the tolerance, and the marks with how many cells each explains. */
export function HeatLegend({ bands, causes, has }: HeatLegendProps) {
  return (
    <div className="heat-legend">
      <div>
        <div
          className="ramp"
          role="img"
          aria-label={`Colour scale of relative error: ${bandLabels(bands).join(', ')}`}
        >
          {bandLabels(bands).map((label, step) => (
            <i key={label} style={{ background: `var(--err-${step})` }} />
          ))}
        </div>
        <div className="ramp-labels" aria-hidden="true">
          {bandLabels(bands).map((label) => (
            <span key={label}>{label}</span>
          ))}
        </div>
      </div>
      <ul className="legend grow">
        {causes.map(({ cause, cells }) => (
          <li key={cause} className={cells === 0 ? 'text-text-3' : undefined}>
            <Mark cause={cause} hidden />
            {cause} <span className="text-text-3">{formatCount(cells)}</span>
          </li>
        ))}
        {has.waiting || has.inFlight ? (
          <li>
            <svg width="16" height="12" aria-hidden="true">
              <defs>
                <pattern
                  id="heat-hatch"
                  width="4.5"
                  height="4.5"
                  patternUnits="userSpaceOnUse"
                  patternTransform="rotate(45)"
                >
                  <path d="M0 0v5" stroke="var(--hatch)" strokeWidth="1.4" />
                </pattern>
              </defs>
              <rect width="16" height="12" fill="url(#heat-hatch)" />
            </svg>
            {has.inFlight ? 'in flight or awaiting batch' : 'awaiting batch'}
          </li>
        ) : null}
        {has.gaps ? (
          <li>
            <svg width="16" height="12" aria-hidden="true">
              <rect
                x=".5"
                y=".5"
                width="15"
                height="11"
                fill="none"
                stroke="var(--line-control)"
                strokeDasharray="2 2"
              />
            </svg>
            no events
          </li>
        ) : null}
      </ul>
    </div>
  )
}
