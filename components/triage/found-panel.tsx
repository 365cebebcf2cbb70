'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { linkOf } from '@/components/alerts'
import {
  csvRows,
  formatMeasure,
  formatNear,
  formatPercent,
  formatSigned,
  measureNumber,
} from '@/components/format'
import type { Zone } from '@/components/format'
import { bandsOf, stepOf } from '@/components/heatmap'
import { Button, Failed, Mark, Note, Panel, PanelMenu, SkeletonRows } from '@/components/ui'
import type { RecentDivergence, TriageView } from '@/server/api'

interface FoundPanelProps {
  view: TriageView | null
  stale: boolean
  zone: Zone
  now: number
  onExplain: (cell: RecentDivergence) => void
}

/** Cells that batch lately found beyond tolerance: the worst of each pipeline. */
export function FoundPanel({ view, stale, zone, now, onExplain }: FoundPanelProps) {
  const params = useSearchParams()
  const cells = view?.divergence ?? []
  return (
    <Panel
      title="Recent divergence"
      sub="beyond tolerance, found in the last 60 min"
      stale={stale}
      actions={cells.length > 0 ? <PanelMenu name="recent-divergence" csv={() => foundCsv(cells)} /> : null}
      foot={cells.length > 0 ? <Totals cells={cells} /> : null}
    >
      {body()}
    </Panel>
  )

  function body() {
    if (!view) return <SkeletonRows rows={4} widths={[110, 60, 60]} />
    const missing = view.missing.find(({ part }) => part === 'divergence')
    if (missing) return <Failed title="The divergence did not load" message={missing.says} />
    if (cells.length === 0)
      return (
        <Note kind="done" title="Nothing beyond tolerance">
          What was served in the last hour is what batch found, within each pipeline’s tolerance.
        </Note>
      )
    return (
      <table className="table">
        <thead>
          <tr>
            <th>Cell</th>
            <th className="number desk-only">Served</th>
            <th className="number desk-only">Batch</th>
            <th className="number">Difference</th>
            <th>Cause</th>
            <th>
              <span className="sr-only">Explain</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {cells.map((cell) => (
            <tr key={`${cell.pipeline} ${cell.windowStart} ${cell.key}`}>
              <td className="two-lines clip w-full">
                <span className="font-medium">{cell.key === '' ? '(empty)' : cell.key}</span>{' '}
                {formatNear(
                  cell.windowStart,
                  zone,
                  now,
                  cell.windowStart % 60_000 === 0 ? 'minute' : 'second',
                )}
                <Link
                  className="second hover:underline"
                  href={linkOf(
                    `/divergence?pipeline=${encodeURIComponent(cell.pipeline)}&measure=${encodeURIComponent(cell.measure)}`,
                    params,
                  )}
                >
                  {cell.pipeline}, {cell.measure}
                </Link>
              </td>
              <td className="number desk-only">{formatMeasure(cell.served)}</td>
              <td className="number desk-only">{formatMeasure(cell.batch)}</td>
              <td className="number">
                <span className="inline-flex items-center gap-1.5">
                  <i
                    className="swatch"
                    style={{ background: `var(--err-${stepOf(cell.relative, bandsOf(cell.tolerance))})` }}
                  />
                  {relative(cell)}
                </span>
              </td>
              <td>
                <Mark cause={cell.cause} hidden /> {cell.cause}
              </td>
              <td className="number">
                <Button variant="quiet" size="small" onClick={() => onExplain(cell)}>
                  Explain
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )
  }
}

function relative({ served, batch, relative: size }: RecentDivergence) {
  const base = measureNumber(batch)
  if (base === null || base === 0) return 'batch found none'
  const sign = (measureNumber(served) ?? 0) < base ? -1 : 1
  return (
    <span>
      {formatSigned(sign * size, formatPercent)}
      <span className="unit">%</span>
    </span>
  )
}

/** How much more there is of each pipeline. */
function Totals({ cells }: { cells: RecentDivergence[] }) {
  const counts = new Map(cells.map(({ pipeline, cells: n }) => [pipeline, n]))
  return <span>{[...counts].map(([pipeline, n]) => `${pipeline}: ${n} cells`).join(' · ')}</span>
}

const foundCsv = (cells: RecentDivergence[]): string =>
  csvRows([
    ['pipeline', 'windowStart', 'key', 'measure', 'served', 'batch', 'relative', 'cause', 'foundAt'],
    ...cells.map((cell) => [
      cell.pipeline,
      new Date(cell.windowStart).toISOString(),
      cell.key,
      cell.measure,
      cell.served,
      cell.batch,
      cell.relative,
      cell.cause,
      new Date(cell.foundAt).toISOString(),
    ]),
  ])
