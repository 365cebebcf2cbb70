import { plotLeft } from './plot-frame'
import type { SeriesDrawing } from './series-drawing'

/** Line styles only; values are labelled where they stand. */
export function SeriesLegend({ drawing }: { drawing: SeriesDrawing }) {
  if (drawing.mode === 'difference') return <DifferenceLegend />
  return (
    <ul className="legend mt-3" style={{ marginLeft: plotLeft }}>
      <li>
        <svg width="22" height="10" aria-hidden="true">
          <path d="M0 5h22" stroke="var(--batch)" strokeWidth="1.75" />
        </svg>
        batch
      </li>
      <li>
        <svg width="22" height="10" aria-hidden="true">
          <path
            d="M2 5h20"
            stroke="var(--speed)"
            strokeWidth="2.4"
            strokeDasharray="0 4.5"
            strokeLinecap="round"
          />
        </svg>
        {drawing.mode === 'both' ? 'speed' : 'provisional'}
      </li>
      <li>
        <svg width="8" height="12" aria-hidden="true">
          <path d="M4 0v12" stroke="var(--boundary)" strokeWidth="1.25" />
        </svg>
        boundary
      </li>
      {drawing.gaps.length > 0 ? (
        <li>
          <svg width="22" height="10" aria-hidden="true">
            <path d="M0 5h6M16 5h6" stroke="var(--batch)" strokeWidth="1.75" />
            <path d="M6 9h10" stroke="var(--text-3)" strokeWidth="2" />
          </svg>
          no data
        </li>
      ) : null}
      {drawing.holes.length > 0 ? (
        <li>
          <svg width="16" height="12" aria-hidden="true">
            <rect x=".5" y=".5" width="15" height="11" fill="var(--bad-tint)" stroke="var(--bad)" rx="1" />
          </svg>
          partial
        </li>
      ) : null}
    </ul>
  )
}

const steps = ['within 0.1 %', '< 0.3', '< 1', '< 3', '< 10', '≥ 10 %']

function DifferenceLegend() {
  return (
    <ul className="legend mt-3" style={{ marginLeft: plotLeft }}>
      <li className="text-text-3">relative error</li>
      {steps.map((label, i) => (
        <li key={label}>
          <svg width="14" height="10" aria-hidden="true">
            <rect width="14" height="10" fill={`var(--err-${i + 1})`} rx="1" />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  )
}
