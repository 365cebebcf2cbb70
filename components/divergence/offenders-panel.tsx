'use client'
import { memo } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { describeError, useTRPC } from '@/components/data'
import {
  csvRows,
  formatCount,
  formatMeasure,
  formatNear,
  formatPercent,
  formatSigned,
} from '@/components/format'
import type { Zone } from '@/components/format'
import { bandsOf, stepOf } from '@/components/heatmap'
import { Failed, Mark, Note, Panel, PanelMenu, SkeletonRows } from '@/components/ui'
import type { Offender } from '@/server/api'
import { percentText } from './cell-words'
import type { MeasureWanted } from './measure-wanted'

interface OffendersPanelProps {
  wanted: MeasureWanted
  tolerance: number
  zone: Zone
  now: number
  /** What a press on a key does. */
  pressSays?: string
  onExplain: (offender: Offender) => void
}

/** Which keys are wrong most often, and by how much. */
export const OffendersPanel = memo(function OffendersPanel({
  wanted,
  tolerance,
  zone,
  now,
  pressSays = 'Explain its worst cell',
  onExplain,
}: OffendersPanelProps) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.divergence.offenders.queryOptions({ ...wanted, limit: 12 }, { placeholderData: keepPreviousData }),
  )
  return (
    <Panel
      title="Top offenders"
      sub={`keys by cells beyond ${percentText(tolerance)} %`}
      actions={
        data && data.length > 0 ? (
          <PanelMenu name={`${wanted.name}-offenders`} csv={() => offendersCsv(data)} />
        ) : null
      }
    >
      {body()}
    </Panel>
  )

  function body() {
    if (error && !data)
      return (
        <Failed
          title="The keys did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      )
    if (!data) return <SkeletonRows rows={8} widths={[60, 60, 60, 60]} />
    if (data.length === 0)
      return (
        <Note kind="empty" title="No key differs">
          Every key that batch recounted in this range was served right
          {wanted.cause ? `, as far as ${wanted.cause} goes` : ''}.
        </Note>
      )
    return (
      <table className="table">
        <thead>
          <tr>
            <th>Key</th>
            <th className="number">Beyond</th>
            <th className="number">Largest</th>
            <th className="number desk-only">At</th>
            <th className="number">Difference</th>
            <th>Mainly</th>
          </tr>
        </thead>
        <tbody>
          {data.map((row) => (
            <tr key={row.key}>
              <td>
                <button
                  type="button"
                  className="max-w-[150px] truncate font-medium hover:underline"
                  title={pressSays}
                  onClick={() => onExplain(row)}
                >
                  {row.key === '' ? '(empty)' : row.key}
                </button>
              </td>
              <td className="number">
                {formatCount(row.beyond)}
                <span className="unit">of {formatCount(row.cells)}</span>
              </td>
              <td className="number">
                <span className="inline-flex items-center gap-1.5">
                  <i
                    className="swatch"
                    style={{ background: `var(--err-${stepOf(row.largest, bandsOf(tolerance))})` }}
                  />
                  {formatPercent(row.largest)}
                  <span className="unit ml-0!">%</span>
                </span>
              </td>
              <td className="number desk-only text-text-2">
                {formatNear(row.largestAt, zone, now, 'second')}
              </td>
              <td className="number">{difference(row)}</td>
              <td>
                <Mark cause={row.mainCause} hidden /> {row.mainCause}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )
  }
})

function difference({ difference: value }: Offender): string {
  if (typeof value === 'string') return Number(value) > 0 ? `+${formatMeasure(value)}` : formatMeasure(value)
  return formatSigned(value ?? 0)
}

const offendersCsv = (offenders: Offender[]): string =>
  csvRows([
    ['key', 'beyond', 'cells', 'largest', 'largestAt', 'difference', 'mainCause'],
    ...offenders.map((row) => [
      row.key,
      row.beyond,
      row.cells,
      row.largest,
      new Date(row.largestAt).toISOString(),
      row.difference,
      row.mainCause,
    ]),
  ])
