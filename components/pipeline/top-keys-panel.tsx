'use client'
import {
  formatMeasure,
  formatPercent,
  formatRange,
  formatSigned,
  measureNumber,
  plural,
} from '@/components/format'
import { useExplain } from '@/components/explain'
import { Note, Panel, PanelMenu, ServedValue, SkeletonRows } from '@/components/ui'
import { useKey, useZone } from '@/components/view'
import type { MeasureInfo, TopKey, TopKeys } from '@/server/api'
import { errorStep } from '@/components/chart'
import { topKeysCsv } from './top-keys-csv'

interface TopKeysPanelProps {
  topKeys: TopKeys | null
  measure: MeasureInfo | null
  tolerance: number
  now: number
  stale: boolean
}

export function TopKeysPanel({ topKeys, measure, tolerance, now, stale }: TopKeysPanelProps) {
  const [zone] = useZone()
  const sub = topKeys
    ? `${topKeys.keys.length} of ${plural(topKeys.total, 'key')}, ${formatRange(topKeys.from, topKeys.to, zone, now)}${
        topKeys.approximate ? ', an estimate from sketches' : ''
      }`
    : 'largest first'
  return (
    <Panel
      title="Top keys"
      sub={sub}
      stale={stale}
      actions={
        topKeys ? <PanelMenu name={`${topKeys.pipeline}-top-keys`} csv={() => topKeysCsv(topKeys)} /> : null
      }
      foot="Speed and batch compare the windows that batch covers, at batch's own cut."
    >
      {!topKeys || !measure ? (
        <SkeletonRows rows={8} widths={[60, 160, 60, 60]} />
      ) : topKeys.keys.length === 0 ? (
        <Note kind="empty" title="No key in this range">
          {topKeys.hole === null ? null : `Events are missing here. ${topKeys.hole} `}
          No event was counted in these windows yet. Choose a longer range, or wait for the first event.
        </Note>
      ) : (
        <Table topKeys={topKeys} measure={measure.name} tolerance={tolerance} />
      )}
    </Panel>
  )
}

function Table({ topKeys, measure, tolerance }: { topKeys: TopKeys; measure: string; tolerance: number }) {
  const [picked, setKey] = useKey()
  const [, setExplained] = useExplain()
  const most = Math.max(...topKeys.keys.map((k) => Math.abs(measureNumber(k.value) ?? 0)), 0)
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Key</th>
          <th className="number">{measure}</th>
          <th className="w-[26%]">{topKeys.keys.some((k) => k.share !== null) ? 'Share' : 'Size'}</th>
          <th className="number desk-only">Speed</th>
          <th className="number desk-only">Batch</th>
          <th className="number">Difference</th>
        </tr>
      </thead>
      <tbody>
        {topKeys.keys.map((row) => (
          <tr key={row.key} data-selected={row.key === picked}>
            <td>
              <button
                type="button"
                className="max-w-[180px] truncate font-medium hover:underline"
                title={row.key === picked ? 'Show all keys in the chart' : 'Show this key in the chart'}
                aria-pressed={row.key === picked}
                onClick={() => void setKey(row.key === picked ? null : row.key)}
              >
                {row.key === '' ? '(empty)' : row.key}
              </button>
            </td>
            <td className="number font-medium">
              <button
                type="button"
                className="explain-value"
                title="Explain this number"
                onClick={() => void setExplained({ from: topKeys.from, to: topKeys.to, key: row.key })}
              >
                <span className="sr-only">Explain </span>
                <ServedValue value={row.value} completeness={row.completeness} />
              </button>
            </td>
            <td>
              <ShareBar row={row} most={most} />
            </td>
            <td className="number desk-only text-text-2">{layer(row.speed)}</td>
            <td className="number desk-only">{layer(row.batch)}</td>
            <td className="number">
              <Difference row={row} tolerance={tolerance} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const layer = (value: TopKey['speed']) =>
  value === null ? <span className="text-text-3">–</span> : formatMeasure(value)

function ShareBar({ row, most }: { row: TopKey; most: number }) {
  const size = most === 0 ? 0 : (Math.abs(measureNumber(row.value) ?? 0) / most) * 100
  return (
    <span className="flex items-center gap-2">
      <span className="bar bar-tall min-w-[24px] grow" style={{ background: 'none' }}>
        <i data-layer={row.completeness === 'complete' ? 'batch' : 'speed'} style={{ width: `${size}%` }} />
      </span>
      {row.share === null ? null : (
        <span className="w-[48px] text-right text-text-3">{formatPercent(row.share)} %</span>
      )}
    </span>
  )
}

function Difference({ row, tolerance }: { row: TopKey; tolerance: number }) {
  const speed = measureNumber(row.speed)
  const batch = measureNumber(row.batch)
  if (row.difference === null || speed === null || batch === null)
    return <span className="text-text-3">{row.batch === null ? 'awaiting batch' : '–'}</span>
  if (row.difference === 0) return <span className="text-text-3">0</span>
  const step = errorStep(speed, batch, tolerance)
  return (
    <span className="inline-flex items-center justify-end gap-1.5">
      <i className="h-2.5 w-2.5 flex-none rounded-[2px]" style={{ background: `var(--err-${step})` }} />
      {formatSigned(row.difference)}
      {batch === 0 ? null : (
        <span className="text-text-3">{formatSigned(row.difference / Math.abs(batch), formatPercent)} %</span>
      )}
    </span>
  )
}
