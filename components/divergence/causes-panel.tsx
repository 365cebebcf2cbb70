'use client'
import { memo } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { describeError, useTRPC } from '@/components/data'
import { csvRows, formatDuration, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { Failed, Note, Panel, PanelMenu, SkeletonBox } from '@/components/ui'
import type { Cause } from '@/components/ui'
import type { MeasureWanted } from './measure-wanted'

const CauseLanes = dynamic(async () => (await import('./cause-lanes')).CauseLanes, {
  ssr: false,
  loading: () => <SkeletonBox height={150} />,
})

/** Which causes, when: a lane for each, on one time axis. */
export const CausesPanel = memo(function CausesPanel({
  wanted,
  zone,
  onCause,
}: {
  wanted: MeasureWanted
  zone: Zone
  onCause: (cause: Cause) => void
}) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.divergence.causes.queryOptions(wanted, { placeholderData: keepPreviousData }),
  )
  const total = data?.buckets.reduce((n, { cells }) => n + cells, 0) ?? 0
  return (
    <Panel
      title="Causes over time"
      sub={
        data
          ? `${plural(total, 'cell')} by main cause, per ${formatDuration(data.stepMs)}`
          : 'cells by main cause'
      }
      actions={
        data ? (
          <PanelMenu
            name={`${wanted.name}-causes`}
            csv={() =>
              csvRows([
                ['from', 'cause', 'cells', 'amount'],
                ...data.buckets.map(({ at, cause, cells, amount }) => [
                  new Date(at).toISOString(),
                  cause,
                  cells,
                  amount,
                ]),
              ])
            }
          />
        ) : null
      }
    >
      {error && !data ? (
        <Failed
          title="The causes did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : !data ? (
        <div className="panel-body">
          <SkeletonBox height={150} />
        </div>
      ) : total === 0 ? (
        <Note kind="empty" title="No cause to show">
          Nothing that was compared in this range differs{wanted.cause ? ` through ${wanted.cause}` : ''}.
        </Note>
      ) : (
        <div className="panel-body">
          <CauseLanes breakdown={data} measure={wanted.measure} zone={zone} onCause={onCause} />
        </div>
      )}
    </Panel>
  )
})
