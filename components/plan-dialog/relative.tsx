import { errorStep } from '@/components/chart'
import { formatCount, formatPercent } from '@/components/format'

/** What counts as equal when the definition's own tolerance is not at hand. */
const tolerance = 0.001

/** A relative error with the swatch that the heatmap would give it. */
export function Relative({ relative }: { relative: number }) {
  const step = errorStep(1 + relative, 1, tolerance)
  return (
    <span className="inline-flex items-center gap-1.5">
      <i
        className="h-2.5 w-2.5 flex-none rounded-[2px]"
        style={{ background: `var(--err-${step})` }}
        aria-hidden="true"
      />
      <span>
        {relative >= 10 ? formatCount(Math.round(relative * 100)) : formatPercent(relative)}
        <span className="unit">%</span>
      </span>
    </span>
  )
}
