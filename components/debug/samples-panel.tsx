'use client'
import { useQuery } from '@tanstack/react-query'
import { describeError, useTRPC } from '@/components/data'
import { CellsTable } from '@/components/divergence/cells-table'
import type { MeasureWanted } from '@/components/divergence/measure-wanted'
import { useCells } from '@/components/divergence/use-cells'
import { bandsOf } from '@/components/heatmap'
import type { Zone } from '@/components/format'
import { Button, Failed, Note, Panel, SkeletonRows } from '@/components/ui'
import { useKey } from '@/components/view'
import type { DivergingCell } from '@/server/api'

interface SamplesPanelProps {
  wanted: MeasureWanted
  tolerance: number
  zone: Zone
  now: number
  onExplain: (cell: DivergingCell) => void
}

/** The differing cells of one key, with both figures and the causes: the worst offender until one is chosen. */
export function SamplesPanel({ wanted, tolerance, zone, now, onExplain }: SamplesPanelProps) {
  const trpc = useTRPC()
  const [key, setKey] = useKey()
  const offenders = useQuery(trpc.divergence.offenders.queryOptions({ ...wanted, limit: 12 }))
  const chosen = key ?? offenders.data?.[0]?.key ?? null
  return (
    <Panel
      title="Samples of a key"
      sub={chosen === null ? undefined : `${chosen === '' ? '(empty)' : chosen}, ${wanted.measure}`}
      actions={
        key === null ? null : (
          <Button size="small" variant="quiet" onClick={() => void setKey(null)}>
            Worst key
          </Button>
        )
      }
    >
      {chosen === null ? (
        offenders.isPending ? (
          <SkeletonRows rows={8} widths={[80, 60, 60]} />
        ) : (
          <Note kind="empty" title="No key differs">
            There is no sample to look at: batch found what was served.
          </Note>
        )
      ) : (
        <Samples
          wanted={wanted}
          of={chosen}
          tolerance={tolerance}
          zone={zone}
          now={now}
          onExplain={onExplain}
        />
      )}
    </Panel>
  )
}

function Samples({ wanted, of, tolerance, zone, now, onExplain }: SamplesPanelProps & { of: string }) {
  const { cells, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useCells({
    ...wanted,
    keys: [of],
  })
  if (error && !cells)
    return (
      <Failed
        title="The cells did not load"
        message={describeError(error).message}
        onRetry={() => void refetch()}
      />
    )
  if (!cells) return <SkeletonRows rows={8} widths={[80, 60, 60]} />
  if (cells.length === 0)
    return (
      <Note kind="filtered" title={`${of === '' ? 'The empty key' : of} does not differ in this range`}>
        Choose another key beside, or a longer range.
      </Note>
    )
  return (
    <div className="samples">
      <CellsTable
        cells={cells}
        bands={bandsOf(tolerance)}
        zone={zone}
        now={now}
        caption={`Differing cells of ${of}`}
        onExplain={onExplain}
        onMore={hasNextPage ? () => void fetchNextPage() : null}
        isLoadingMore={isFetchingNextPage}
      />
    </div>
  )
}
