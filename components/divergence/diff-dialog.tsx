'use client'
import { Diff, FileDown } from 'lucide-react'
import { describeError } from '@/components/data'
import { formatCount, formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import type { Bands } from '@/components/heatmap'
import { Button, Dialog, Failed, Note, SkeletonRows } from '@/components/ui'
import type { DivergingCell } from '@/server/api'
import { CellsTable } from './cells-table'
import type { Selection } from './selection'
import { useCells } from './use-cells'
import type { CellsWanted } from './use-cells'

interface DiffDialogProps {
  wanted: CellsWanted
  selection: Selection
  bands: Bands
  zone: Zone
  now: number
  onExplain: (cell: DivergingCell) => void
  onClose: () => void
}

/** What was served and what batch found, cell by cell. */
export function DiffDialog({ wanted, selection, bands, zone, now, onExplain, onClose }: DiffDialogProps) {
  const cells = useCells(wanted)
  const title = `Diff of ${wanted.measure}, ${formatRange(selection.from, selection.to, zone, now)}`
  return (
    <Dialog
      onClose={onClose}
      icon={<Diff className="icon" aria-hidden="true" />}
      title={title}
      description="What was served when batch ran, and what batch found: only cells that differ."
      aside={
        <Button size="small" onClick={() => void cells.save()}>
          <FileDown className="icon" aria-hidden="true" />
          CSV
        </Button>
      }
    >
      <div className="min-h-0 overflow-auto border-t border-line px-5 py-3">{body()}</div>
    </Dialog>
  )

  function body() {
    if (cells.error && !cells.cells)
      return (
        <Failed
          title="The cells did not load"
          message={describeError(cells.error).message}
          onRetry={() => void cells.refetch()}
        />
      )
    if (!cells.cells) return <SkeletonRows rows={6} widths={[120, 60, 60, 60]} />
    if (cells.cells.length === 0)
      return (
        <Note kind="empty" title="Nothing in this selection differs">
          Speed and batch say the same in every cell of it that was compared.
        </Note>
      )
    return (
      <CellsTable
        cells={cells.cells}
        bands={bands}
        zone={zone}
        now={now}
        caption={`${formatCount(cells.cells.length)}${cells.hasNextPage ? ' or more' : ''} differing cells`}
        onExplain={onExplain}
        onMore={cells.hasNextPage ? () => void cells.fetchNextPage() : null}
        isLoadingMore={cells.isFetchingNextPage}
      />
    )
  }
}
