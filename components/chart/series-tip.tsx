import { formatMeasure, formatPercent, formatRange, formatSigned, measureNumber } from '@/components/format'
import type { Zone } from '@/components/format'
import { ServedValue } from '@/components/ui'
import type { Row } from './series-drawing'

interface SeriesTipProps {
  measure: string
  zone: Zone
  /** Right edge of the chart: times of another day carry their day. */
  now: number
  /** What can be done with the window; absent: nothing. */
  hint?: string | undefined
  active?: boolean
  payload?: readonly { payload?: unknown }[]
}

/** One window under the cursor: what is served and what each layer says. */
export function SeriesTip({ measure, zone, now, hint, active, payload }: SeriesTipProps) {
  const point = (payload?.[0]?.payload as Row | undefined)?.point
  if (!active || !point) return null
  const batch = measureNumber(point.batch?.[measure])
  const speed = measureNumber(point.speed?.[measure])
  return (
    <div className="chart-tip">
      <div className="mb-1 font-medium">{formatRange(point.windowStart, point.windowEnd, zone, now)}</div>
      <dl>
        <dt>Served</dt>
        <dd>
          <ServedValue value={point.merged[measure]} completeness={point.completeness} hole={point.hole} />
        </dd>
        <dt>Batch</dt>
        <dd className="font-normal!">
          {point.batch ? formatMeasure(point.batch[measure]) : 'awaiting batch'}
        </dd>
        <dt>Speed</dt>
        <dd className="font-normal!">
          {point.speed ? formatMeasure(point.speed[measure]) : 'no longer held'}
        </dd>
        {batch !== null && speed !== null ? (
          <>
            <dt>Difference</dt>
            <dd className="font-normal!">
              {formatSigned(speed - batch)}
              {batch !== 0 && speed !== batch ? (
                <span className="unit">{formatPercent((speed - batch) / Math.abs(batch))} %</span>
              ) : null}
            </dd>
          </>
        ) : null}
      </dl>
      <div className="mt-1 text-text-3">{point.completeness}</div>
      {hint ? <div className="chart-tip-hint">{hint}</div> : null}
    </div>
  )
}
