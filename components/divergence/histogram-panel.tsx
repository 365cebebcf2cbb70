'use client'
import { memo } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { describeError, useTRPC } from '@/components/data'
import { csvRows, formatCount, formatPercent } from '@/components/format'
import { Failed, Note, Panel, PanelMenu, SkeletonBox } from '@/components/ui'
import type { MeasureWanted } from './measure-wanted'

const ErrorBars = dynamic(async () => (await import('./error-bars')).ErrorBars, {
  ssr: false,
  loading: () => <SkeletonBox height={190} />,
})

/** How large the errors are: fixed bins on a logarithmic scale, the same for every pipeline. */
export const HistogramPanel = memo(function HistogramPanel({
  wanted,
  tolerance,
}: {
  wanted: MeasureWanted
  tolerance: number
}) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.divergence.histogram.queryOptions(wanted, { placeholderData: keepPreviousData }),
  )
  const equal = data?.bins[0]?.cells ?? 0
  const compared = data?.compared ?? 0
  return (
    <Panel
      title="Distribution of relative error"
      sub={
        data && compared > 0
          ? compared < 100
            ? `${formatCount(equal)} of ${formatCount(compared)} cells agree; error in %`
            : `${formatPercent(equal / compared)} % of ${formatCount(compared)} cells agree; error in %`
          : 'cells by size of their error'
      }
      actions={
        data ? (
          <PanelMenu
            name={`${wanted.name}-relative-error`}
            csv={() =>
              csvRows([['upTo', 'cells'], ...data.bins.map(({ upTo, cells }) => [upTo ?? 'more', cells])])
            }
          />
        ) : null
      }
    >
      {error && !data ? (
        <Failed
          title="The distribution did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : !data ? (
        <div className="panel-body">
          <SkeletonBox height={190} />
        </div>
      ) : compared === 0 ? (
        <Note kind="empty" title="Nothing compared in this range">
          The distribution shows once batch has recounted a window of it.
        </Note>
      ) : (
        <div className="panel-body">
          <ErrorBars histogram={data} tolerance={tolerance} />
        </div>
      )}
    </Panel>
  )
})
