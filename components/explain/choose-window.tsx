'use client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { formatRange, formatSigned, measureNumber, plural } from '@/components/format'
import { Button, Failed, Note, ServedValue, SkeletonRows } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { SeriesPoint } from '@/server/api'
import { targetOf, type ExplainTarget } from './explain-target'
import { keyName } from './explain-words'

interface ChooseWindowProps {
  pipeline: string
  from: number
  to: number
  cellKey: string | null
  measure: string | null
  windowSizeMs: number
  onChoose: (target: ExplainTarget) => void
}

const pointsAsked = 400
const pageSize = 40

/** A figure over several windows is explained window by window. */
export function ChooseWindow(props: ChooseWindowProps) {
  const { pipeline, from, to, cellKey, measure, windowSizeMs, onChoose } = props
  const trpc = useTRPC()
  const [zone] = useZone()
  const now = useNow(60_000)
  const [shown, setShown] = useState(pageSize)
  const series = useQuery(
    trpc.pipelines.series.queryOptions({
      name: pipeline,
      range: { from, to },
      key: cellKey,
      measure,
      maxPoints: pointsAsked,
    }),
  )
  if (series.error && !series.data)
    return (
      <Failed
        title="The windows did not load"
        message={describeError(series.error).message}
        onRetry={() => void series.refetch()}
      />
    )
  if (!series.data) return <SkeletonRows rows={10} widths={[120, 60]} />
  const name = measure ?? series.data.measures[0]?.name ?? ''
  const points = worstFirst(series.data.points, name)
  return (
    <>
      <div className="drawer-section">
        <span className="font-medium">{cellKey === null ? 'All keys' : keyName(cellKey)}</span>{' '}
        <span className="text-text-2">
          {formatRange(from, to, zone, now)}, {name}: {plural(points.length, 'window')} with a value, those
          whose layers differ first
        </span>
      </div>
      {points.length === 0 ? (
        <Note kind="empty" title="No window has a value">
          Neither layer has counted an event there. That is not a zero.
        </Note>
      ) : null}
      <ul className="pick-list">
        {points.slice(0, shown).map((point) => (
          <li key={point.windowStart}>
            <button
              type="button"
              className="pick-row"
              onClick={() => onChoose(targetOf(point, windowSizeMs, cellKey))}
            >
              <span>{formatRange(point.windowStart, point.windowEnd, zone, now)}</span>
              <span className="ml-auto font-medium">
                <ServedValue value={point.merged[name]} completeness={point.completeness} hole={point.hole} />
              </span>
              <span className="w-[64px] text-right text-text-3">{differenceText(point, name)}</span>
            </button>
          </li>
        ))}
      </ul>
      {points.length > shown ? (
        <div className="px-4 py-2">
          <Button size="small" onClick={() => setShown(shown + pageSize)}>
            {plural(points.length - shown, 'more window')}
          </Button>
        </div>
      ) : null}
    </>
  )
}

function differenceOf(point: SeriesPoint, measure: string): number | null {
  const batch = measureNumber(point.batch?.[measure])
  const speed = measureNumber(point.speed?.[measure])
  return batch === null || speed === null ? null : speed - batch
}

function differenceText(point: SeriesPoint, measure: string): string {
  const difference = differenceOf(point, measure)
  return difference === null || difference === 0 ? '' : formatSigned(difference)
}

/** Largest difference between the layers first, then newest. */
function worstFirst(points: readonly SeriesPoint[], measure: string): SeriesPoint[] {
  const size = (point: SeriesPoint) => Math.abs(differenceOf(point, measure) ?? 0)
  return [...points].sort((a, b) => size(b) - size(a) || b.windowStart - a.windowStart)
}
