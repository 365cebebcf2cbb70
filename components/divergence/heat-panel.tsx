'use client'
import { ArrowDownWideNarrow, Map as MapIcon, Maximize2, Rows3, Table2 } from 'lucide-react'
import { memo, useCallback, useMemo, useRef, useState } from 'react'
import { describeError } from '@/components/data'
import { formatCount, formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import { bandsOf, Heatmap, HeatLegend } from '@/components/heatmap'
import type { Cell, HeatmapHandle } from '@/components/heatmap'
import {
  Button,
  causes,
  Choice,
  Failed,
  Note,
  Panel,
  PanelMenu,
  SkeletonBox,
  SkeletonRows,
} from '@/components/ui'
import { currentTime, rangeEnds, useRange } from '@/components/view'
import type { DivergenceSummary, DivergingCell, MeasureInfo } from '@/server/api'
import { countBlock, worstOf } from './block-counts'
import { CellTip } from './cell-tip'
import { percentText, storyOf, storyText } from './cell-words'
import { CellsTable } from './cells-table'
import { DiffDialog } from './diff-dialog'
import { cellOf, openAtOf, textsOf } from './grid-model'
import { AllAgree, cutNote, NothingCompared } from './heat-notes'
import type { MeasureWanted } from './measure-wanted'
import { SelectionBar } from './selection-bar'
import { useCells } from './use-cells'
import { useCause, useCellSize, useShape, useSort } from './use-divergence-view'
import type { Sort } from './use-divergence-view'
import { useKeysGrid } from './use-grid'
import { useSelection } from './use-selection'

const sorts = [
  { value: 'worst', label: 'Worst first', note: 'largest error' },
  { value: 'cells', label: 'Most cells', note: 'beyond tolerance' },
  { value: 'amount', label: 'Largest sum', note: 'of differences' },
  { value: 'key', label: 'By name' },
] as const satisfies { value: Sort; label: string; note?: string }[]
const sortWords: Record<Sort, string> = {
  worst: 'worst key first',
  cells: 'keys with most cells beyond first',
  amount: 'keys with the largest differences first',
  key: 'keys by name',
}

interface HeatPanelProps {
  wanted: MeasureWanted
  measure: MeasureInfo
  windowSizeMs: number
  summary: DivergenceSummary | null
  maxHeight: number
  stale: boolean
  zone: Zone
  now: number
  /** The cell that the panel beside explains. */
  explained: { from: number; key: string | null } | null
  onExplain: (at: { windowStart: number; key: string }) => void
}

export const HeatPanel = memo(function HeatPanel(props: HeatPanelProps) {
  const { wanted, measure, windowSizeMs, summary, zone, now } = props
  const [sort, setSort] = useSort()
  const [size, setSize] = useCellSize()
  const [shape, setShape] = useShape()
  const [, setCause] = useCause()
  const [range, setRange] = useRange()
  const [moved, setCursor] = useState<Cell | null>(null)
  const [isDiffing, setDiffing] = useState(false)
  const map = useRef<HeatmapHandle>(null)
  const { grid, model, error, refetch, isPlaceholderData } = useKeysGrid(wanted, sort, now)
  const { selection, block, isDrawing, select } = useSelection(model)
  const texts = useMemo(() => (model ? textsOf(model, zone) : null), [model, zone])
  const cursor = moved ?? (model && props.explained ? cellOf(model, props.explained) : null)
  const counts = useMemo(() => (model && block ? countBlock(model.prepared, block) : null), [model, block])

  const explain = useCallback(
    (cell: Cell) => {
      if (!model) return
      const story = storyOf(model, cell, windowSizeMs)
      setCursor(cell)
      props.onExplain({ windowStart: story.from, key: model.keys[cell.row] ?? '' })
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [model, windowSizeMs, props.onExplain],
  )
  const explainSelected = () => {
    if (!model || !block) return
    const inBlock = cursor && block.rows.has(cursor.row) && cursor.col >= block.from && cursor.col < block.to
    const differs = inBlock && storyOf(model, cursor, windowSizeMs).figures !== null
    const cell = differs ? cursor : worstOf(model.prepared, block)
    if (cell) explain(cell)
  }
  const ends = rangeEnds(wanted.range, now)
  const hasDifference = (grid?.differing ?? 0) > 0
  const isCompared = model?.prepared.cells.kinds.some((kind) => kind > 0) === true

  return (
    <Panel
      title="Relative error"
      sub={
        grid
          ? `${sortWords[sort]}; marked beyond tolerance ${percentText(grid.tolerance)} %`
          : sortWords[sort]
      }
      stale={props.stale}
      foot={grid && shape === 'map' ? cutNote(grid) : null}
      actions={
        <>
          <Choice
            label="Sort"
            icon={<ArrowDownWideNarrow className="icon" aria-hidden="true" />}
            value={sort}
            options={sorts}
            onChange={(next) => void setSort(next)}
          />
          {shape === 'map' ? (
            <Button
              variant="quiet"
              size="small"
              aria-pressed={size === 'fit'}
              onClick={() => void setSize(size === 'fit' ? 'legible' : 'fit')}
            >
              {size === 'fit' ? (
                <Rows3 className="icon" aria-hidden="true" />
              ) : (
                <Maximize2 className="icon" aria-hidden="true" />
              )}
              {size === 'fit' ? 'Legible' : 'Fit'}
            </Button>
          ) : null}
          <Button
            variant="quiet"
            size="small"
            onClick={() => void setShape(shape === 'table' ? 'map' : 'table')}
          >
            {shape === 'table' ? (
              <MapIcon className="icon" aria-hidden="true" />
            ) : (
              <Table2 className="icon" aria-hidden="true" />
            )}
            {shape === 'table' ? 'Show as map' : 'Show as table'}
          </Button>
          <PanelMenu
            name={`${wanted.name}-divergence`}
            image={async () => (await map.current?.image()) ?? null}
          />
        </>
      }
    >
      <div
        className="panel-body"
        aria-busy={isPlaceholderData}
        style={isPlaceholderData ? { opacity: 0.6 } : undefined}
      >
        {shape === 'table' ? <TableShape {...props} tolerance={grid?.tolerance ?? 0} /> : mapShape()}
      </div>
      {isDiffing && selection && model ? (
        <DiffDialog
          wanted={{ ...wanted, range: { from: selection.from, to: selection.to }, keys: selection.keys }}
          selection={selection}
          bands={model.bandsOfRow(0)}
          zone={zone}
          now={now}
          onExplain={(cell) => {
            setDiffing(false)
            props.onExplain(cell)
          }}
          onClose={() => setDiffing(false)}
        />
      ) : null}
    </Panel>
  )

  function mapShape() {
    if (error && !grid)
      return (
        <Failed
          title="The heatmap did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      )
    if (!grid || !model || !texts) return <SkeletonBox height={props.maxHeight} />
    if (!isCompared && grid.keys.length === 0)
      return (
        <NothingCompared
          onLonger={
            range.kind === 'preset' && range.preset === '24h'
              ? null
              : () => void setRange({ kind: 'preset', preset: '24h' })
          }
        />
      )
    return (
      <>
        {hasDifference ? null : (
          <AllAgree
            cause={wanted.cause}
            onAllCauses={() => void setCause(null)}
            cells={summary?.compared.cells ?? 0}
          />
        )}
        {hasDifference || block ? (
          <SelectionBar
            pipeline={wanted.name}
            measure={measure}
            cause={wanted.cause}
            windowSizeMs={windowSizeMs}
            tolerance={grid.tolerance}
            selection={block ? selection : null}
            hasAllKeys={block?.rows.size === grid.keys.length && grid.keys.length === grid.totalKeys}
            counts={counts}
            isDrawing={isDrawing}
            onExplain={explainSelected}
            onDiff={() => setDiffing(true)}
            onZoom={() => {
              if (selection) void setRange({ kind: 'custom', from: selection.from, to: selection.to })
              select(null, true)
            }}
          />
        ) : null}
        <Heatmap
          handle={map}
          prepared={model.prepared}
          texts={texts}
          label={`Relative error of ${wanted.measure}, ${formatCount(model.keys.length)} keys by window, ${formatRange(ends.from, ends.to, zone, now)}`}
          size={size}
          maxHeight={props.maxHeight}
          cursor={cursor}
          selection={block}
          onCursor={setCursor}
          onSelect={select}
          onOpen={explain}
          describe={(cell) => storyText(storyOf(model, cell, windowSizeMs), zone, currentTime())}
          tip={(cell) => (
            <CellTip
              story={storyOf(model, cell, windowSizeMs)}
              bands={model.bandsOfRow(cell.row)}
              zone={zone}
              now={now}
              grouped={model.stepMs > windowSizeMs}
            />
          )}
          openAt={openAtOf(model)}
        />
        <HeatLegend
          bands={model.bandsOfRow(0)}
          causes={causes.map((cause) => ({ cause, cells: summary?.byCause[cause] ?? 0 }))}
          has={{
            waiting: model.prepared.hatched.length > 0,
            inFlight: (summary?.inFlight ?? 0) > 0,
            gaps: model.prepared.hasGaps,
          }}
        />
      </>
    )
  }
})

/** The same cells as rows, for screen readers and for who prefers to read. */
function TableShape({ wanted, tolerance, zone, now, onExplain }: HeatPanelProps & { tolerance: number }) {
  const [, setCause] = useCause()
  const cells = useCells({ ...wanted, keys: null })
  if (cells.error && !cells.cells)
    return (
      <Failed
        title="The cells did not load"
        message={describeError(cells.error).message}
        onRetry={() => void cells.refetch()}
      />
    )
  if (!cells.cells) return <SkeletonRows rows={10} widths={[120, 60, 60, 60]} />
  if (cells.cells.length === 0)
    return (
      <Note
        kind={wanted.cause ? 'filtered' : 'empty'}
        title={
          wanted.cause
            ? `No difference through ${wanted.cause} in this range`
            : 'Nothing in this range differs'
        }
        action={
          wanted.cause ? (
            <Button size="small" onClick={() => void setCause(null)}>
              Show all causes
            </Button>
          ) : null
        }
      >
        {wanted.cause
          ? 'The filter hides what differs through other causes.'
          : 'Speed and batch say the same in every cell that was compared.'}
      </Note>
    )
  return (
    <CellsTable
      cells={cells.cells}
      bands={bandsOf(tolerance)}
      zone={zone}
      now={now}
      caption={`${formatCount(cells.cells.length)}${cells.hasNextPage ? ' or more' : ''} differing cells of ${wanted.measure}, by window`}
      onExplain={(cell: DivergingCell) => onExplain(cell)}
      onMore={cells.hasNextPage ? () => void cells.fetchNextPage() : null}
      isLoadingMore={cells.isFetchingNextPage}
    />
  )
}
