'use client'
import type { ReactNode } from 'react'
import { formatMeasure, formatNear, formatSigned, measureNumber } from '@/components/format'
import type { Zone } from '@/components/format'
import { stepOf } from '@/components/heatmap'
import type { Bands } from '@/components/heatmap'
import { Button, Mark } from '@/components/ui'
import type { DivergingCell } from '@/server/api'
import { relativeText } from './cell-words'

interface CellsTableProps {
  cells: DivergingCell[]
  bands: Bands
  zone: Zone
  now: number
  caption: string
  onExplain: (cell: DivergingCell) => void
  /** Null: all are shown. */
  onMore: (() => void) | null
  isLoadingMore: boolean
}

/** The same cells as on the map, a row each, with both figures. */
export function CellsTable(props: CellsTableProps) {
  const { cells, bands, zone, now } = props
  return (
    <div className="cells-table" tabIndex={0} role="region" aria-label={props.caption}>
      <table className="table">
        <caption className="sr-only">{props.caption}</caption>
        <thead>
          <tr>
            <th>Window</th>
            <th>Key</th>
            <th className="number">Served</th>
            <th className="number">Batch</th>
            <th className="number">Difference</th>
            <th className="number desk-only">Relative</th>
            <th>Mainly</th>
            <th className="desk-only">State</th>
            <th>
              <span className="sr-only">Explain</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {cells.map((cell) => (
            <Row
              key={`${cell.windowStart} ${cell.key}`}
              {...{ cell, bands, zone, now }}
              onExplain={props.onExplain}
            />
          ))}
        </tbody>
      </table>
      {props.onMore ? (
        <div className="px-4 py-3">
          <Button
            size="small"
            off={props.isLoadingMore ? 'The next cells are on their way.' : null}
            onClick={props.onMore}
          >
            Show more
          </Button>
        </div>
      ) : null}
    </div>
  )
}

interface RowProps {
  cell: DivergingCell
  bands: Bands
  zone: Zone
  now: number
  onExplain: (cell: DivergingCell) => void
}

function Row({ cell, bands, zone, now, onExplain }: RowProps) {
  const figures = {
    speed: measureNumber(cell.speed),
    batch: measureNumber(cell.batch),
    relative: cell.relative,
  }
  return (
    <tr>
      <td>{formatNear(cell.windowStart, zone, now, 'second')}</td>
      <th scope="row" className="max-w-[160px] truncate text-left font-medium! text-text-1!">
        {cell.key === '' ? '(empty)' : cell.key}
      </th>
      <td className="number value-cell">{valueOf(cell.speed)}</td>
      <td className="number">{valueOf(cell.batch)}</td>
      <td className="number">
        <span className="inline-flex items-center gap-1.5">
          <i className="swatch" style={{ background: `var(--err-${stepOf(cell.relative, bands)})` }} />
          {signed(cell.difference)}
        </span>
      </td>
      <td className="number desk-only text-text-2">{relativeText(figures)}</td>
      <td>
        <Mark cause={cell.mainCause} hidden /> {cell.mainCause}
      </td>
      <td className="desk-only text-text-2">{stateWords[cell.state]}</td>
      <td className="number">
        <Button variant="quiet" size="small" onClick={() => onExplain(cell)}>
          Explain
        </Button>
      </td>
    </tr>
  )
}

const stateWords: Record<DivergingCell['state'], string> = {
  open: 'open',
  corrected: 'corrected',
  in_flight: 'in flight',
  partial: 'partial',
}

const valueOf = (value: DivergingCell['speed']): ReactNode =>
  value === null ? <span className="text-text-3">no value</span> : formatMeasure(value)

/** Exact decimals keep every digit. */
function signed(value: DivergingCell['difference']): string {
  if (typeof value !== 'string') return formatSigned(value ?? 0)
  const n = Number(value)
  return n > 0 ? `+${formatMeasure(value)}` : n === 0 ? '0' : formatMeasure(value)
}
