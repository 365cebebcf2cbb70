'use client'
import { useQuery } from '@tanstack/react-query'
import { Diff, GitMerge, History, MessageSquareText, ZoomIn } from 'lucide-react'
import { useRefusal } from '@/components/account'
import { useTRPC } from '@/components/data'
import { formatCount, formatMeasure, measureNumber, plural } from '@/components/format'
import { isAdditive } from '@/components/pipeline/measure-name'
import { useOpenPlan, wholeWindows } from '@/components/plan-dialog'
import { Button } from '@/components/ui'
import type { Cause } from '@/components/ui'
import { currentTime } from '@/components/view'
import type { MeasureInfo } from '@/server/api'
import type { BlockCounts } from './block-counts'
import { percentText } from './cell-words'
import type { Selection } from './selection'

interface SelectionBarProps {
  pipeline: string
  measure: MeasureInfo
  cause: Cause | null
  windowSizeMs: number
  tolerance: number
  selection: Selection | null
  /** Every row of the map is in the selection: a plan then is about all keys. */
  hasAllKeys: boolean
  counts: BlockCounts | null
  isDrawing: boolean
  onExplain: () => void
  onDiff: () => void
  onZoom: () => void
}

/** Keys a plan may name; a larger selection is planned for all keys of its windows. */
const planKeys = 500

/** What is selected and what can be done about it; above the map, never over it. */
export function SelectionBar(props: SelectionBarProps) {
  const { pipeline, measure, selection, counts, windowSizeMs } = props
  const openPlan = useOpenPlan()
  const refusal = useRefusal('change anything')
  if (!selection || !counts)
    return (
      <div className="selection-bar" data-empty="">
        <span className="selection-says desk-only">
          Drag over cells, or move with the arrow keys and Shift, to select them.
        </span>
        <span className="selection-says phone-only">Rest on a cell, then drag, to select.</span>
      </div>
    )
  const nothing = counts.differing === 0 ? 'Nothing in this selection differs.' : null
  const plan = (kind: 'reconcile' | 'backfill') => {
    const keys = props.hasAllKeys || selection.keys.length > planKeys ? {} : { keys: selection.keys }
    openPlan({ kind, pipeline, ...wholeWindows(selection, windowSizeMs, currentTime()), ...keys })
  }
  return (
    <div className="selection-bar" role="toolbar" aria-label="Selected cells">
      <span className="selection-says">
        <b>{plural(counts.cells, 'cell')}</b>
        {said(props)}
        <Amount {...props} selection={selection} />
      </span>
      <Button variant="quiet" size="small" onClick={props.onZoom}>
        <ZoomIn className="icon" aria-hidden="true" />
        Zoom
      </Button>
      <Button variant="quiet" size="small" off={nothing} onClick={props.onExplain}>
        <MessageSquareText className="icon" aria-hidden="true" />
        Explain
      </Button>
      <Button variant="quiet" size="small" off={nothing} onClick={props.onDiff}>
        <Diff className="icon" aria-hidden="true" />
        Diff
      </Button>
      <Button variant="quiet" size="small" off={refusal} onClick={() => plan('reconcile')}>
        <GitMerge className="icon" aria-hidden="true" />
        Reconcile…
      </Button>
      <Button variant="primary" size="small" off={refusal} onClick={() => plan('backfill')}>
        <History className="icon" aria-hidden="true" />
        Backfill…
      </Button>
      <span className="sr-only">
        {measure.name} of {pipeline}
      </span>
    </div>
  )
}

function said({ counts, tolerance }: SelectionBarProps): string {
  if (!counts) return ''
  const { cells, beyond, differing, waiting } = counts
  const band = `beyond ${percentText(tolerance)} %`
  const parts = [
    cells === 0
      ? ''
      : differing === 0
        ? 'none differs'
        : beyond === cells
          ? `all ${band}`
          : `${formatCount(beyond)} ${band}`,
    waiting > 0 ? `${formatCount(waiting)} awaiting batch` : '',
  ].filter(Boolean)
  return parts.map((part) => `, ${part}`).join('')
}

/** The sum of the differences, as the server adds them up: exact, over all of the selection. */
function Amount({
  pipeline,
  measure,
  cause,
  selection,
  isDrawing,
  counts,
}: SelectionBarProps & { selection: Selection }) {
  const trpc = useTRPC()
  const { from, to, keys } = selection
  const { data } = useQuery(
    trpc.divergence.totals.queryOptions(
      { name: pipeline, measure: measure.name, cause, range: { from, to }, keys },
      { enabled: !isDrawing && isAdditive(measure) && (counts?.differing ?? 0) > 0 },
    ),
  )
  if (!data || isDrawing || data.difference === null) return null
  const isMore = (measureNumber(data.difference) ?? 0) > 0
  return (
    <>
      , {isMore ? '+' : ''}
      {formatMeasure(data.difference)} {measure.name}
    </>
  )
}
