'use client'
import { useState } from 'react'
import { formatMeasure, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { causes, Mark } from '@/components/ui'
import type { PreviewDiff } from '@/server/api'
import { Relative } from './relative'

const shownFirst = 12

/** The cells whose answer changes most. */
export function DiffCells({ diff, zone, now }: { diff: PreviewDiff; zone: Zone; now: number }) {
  const [all, setAll] = useState(false)
  const shown = all ? diff.largest : diff.largest.slice(0, shownFirst)
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th>Window</th>
            <th>Key</th>
            <th className="desk-only">Measure</th>
            <th className="number">Served now</th>
            <th className="number">After</th>
            <th className="number">Change</th>
            <th className="desk-only">Main cause</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((cell) => {
            const cause = causes.find((known) => known === cell.mainCause)
            return (
              <tr key={`${cell.windowStart} ${cell.key} ${cell.measure}`}>
                <td>{formatNear(cell.windowStart, zone, now, 'second')}</td>
                <td className="clip w-1/5" title={cell.key}>
                  {cell.key}
                </td>
                <td className="desk-only text-text-2">{cell.measure}</td>
                <td className="number text-text-2">{formatMeasure(cell.before)}</td>
                <td className="number font-medium">{formatMeasure(cell.after)}</td>
                <td className="number">
                  <Relative relative={cell.relative} />
                </td>
                <td className="desk-only">
                  {cause ? (
                    <span className="inline-flex items-center gap-1.5">
                      <Mark cause={cause} hidden /> {cause}
                    </span>
                  ) : (
                    <span className="text-text-3">{cell.mainCause || 'none'}</span>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {diff.largest.length < diff.changed ? (
        <p className="mt-2 text-small text-text-3">the {shown.length} largest changes</p>
      ) : null}
      {diff.largest.length > shownFirst ? (
        <button type="button" className="link mt-1 text-small" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${diff.largest.length}`}
        </button>
      ) : null}
    </>
  )
}
