'use client'
import { useState } from 'react'
import {
  formatCount,
  formatMeasure,
  formatRange,
  formatSigned,
  measureNumber,
  plural,
} from '@/components/format'
import type { Zone } from '@/components/format'
import type { PreviewDiff } from '@/server/api'
import { Relative } from './relative'

const shownFirst = 10

interface DiffWindowsProps {
  diff: PreviewDiff
  /** An additive measure, whose total over keys means something. */
  measure: string
  zone: Zone
  now: number
}

type Window = PreviewDiff['windows'][number]

/** The windows that change, each with its total before and after. */
export function DiffWindows({ diff, measure, zone, now }: DiffWindowsProps) {
  const rows = diff.windows.filter(({ changed }) => changed > 0)
  const [all, setAll] = useState(false)
  const shown = all ? rows : rows.slice(0, shownFirst)
  const widest = Math.max(...rows.map((row) => Math.abs(change(row, measure) ?? 0)), 0)
  const isTotalled = rows.some((row) => row.measures[measure])
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th>Window</th>
            {isTotalled ? (
              <>
                <th className="number">Served now</th>
                <th className="number">After</th>
                <th className="number">Change</th>
                <th className="desk-only w-1/5">
                  <span className="sr-only">Change as a bar</span>
                </th>
              </>
            ) : null}
            <th className="number">Largest cell</th>
            <th className="number desk-only">Cells</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.windowStart}>
              <td>{formatRange(row.windowStart, row.windowEnd, zone, now)}</td>
              {isTotalled ? <Totals row={row} measure={measure} widest={widest} /> : null}
              <td className="number">
                <Relative relative={row.largest} />
              </td>
              <td className="number desk-only">
                {formatCount(row.changed)}
                <span className="text-text-3"> / {formatCount(row.cells)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shownFirst ? (
        <button type="button" className="link mt-2 text-small" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${plural(rows.length, 'window')}`}
        </button>
      ) : null}
    </>
  )
}

function Totals({ row, measure, widest }: { row: Window; measure: string; widest: number }) {
  const total = row.measures[measure]
  const by = change(row, measure)
  return (
    <>
      <td className="number text-text-2">{formatMeasure(total?.before ?? null)}</td>
      <td className="number font-medium">{formatMeasure(total?.after ?? null)}</td>
      <td className="number">{by === null ? '–' : formatSigned(by)}</td>
      <td className="desk-only">
        {by !== null && by !== 0 && widest > 0 ? (
          <span className="bar bar-tall" style={{ background: 'none' }} aria-hidden="true">
            <i style={{ width: `${(Math.abs(by) / widest) * 100}%` }} />
          </span>
        ) : null}
      </td>
    </>
  )
}

/** Drawn and compared as a number: an exact decimal loses digits here, and keeps them in its own columns. */
function change({ measures }: Window, measure: string): number | null {
  const total = measures[measure]
  if (!total) return null
  const before = measureNumber(total.before) ?? 0
  const after = measureNumber(total.after) ?? 0
  return Number((after - before).toPrecision(12))
}
