'use client'
import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { Fragment } from 'react'
import { formatCount, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph } from '@/components/ui'
import type { AuditRecord } from '@/server/api'
import { AuditDetail } from './audit-detail'
import { actionWord, isRefused, objectPath } from './audit-words'
import { detailLine } from './detail-rows'

interface AuditTableProps {
  entries: AuditRecord[]
  current: number | null
  opened: number | null
  /** The entry at which the chain is broken. */
  brokenAt: number | null
  zone: Zone
  now: number
  onToggle: (seq: number) => void
}

export function AuditTable({ entries, current, opened, brokenAt, zone, now, onToggle }: AuditTableProps) {
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th className="number w-[64px]">No.</th>
          <th className="w-[120px]">When</th>
          <th className="w-[200px]">Action</th>
          <th className="w-[22%]">Object</th>
          <th>What</th>
          <th className="w-[190px]">By</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry, i) => (
          <Fragment key={entry.seq}>
            <tr data-selected={i === current || entry.seq === opened}>
              <td className="desk-only number text-text-3" data-label="No.">
                {formatCount(entry.seq)}
              </td>
              <td className="text-text-2" data-label="When">
                {formatNear(entry.at, zone, now, 'second')}
              </td>
              <td className="card-wide -order-1">
                <button
                  type="button"
                  className="flex min-h-6 items-center gap-1.5 font-medium hover:underline"
                  aria-expanded={entry.seq === opened}
                  onClick={() => onToggle(entry.seq)}
                >
                  {entry.seq === brokenAt ? <Glyph status="bad" label="The chain is broken here" /> : null}
                  {isRefused(entry) ? <Glyph status="warn" label="Refused" /> : null}
                  {actionWord(entry.action)}
                  <ChevronRight
                    className={`icon h-3! w-3! text-text-3 ${entry.seq === opened ? 'rotate-90' : ''}`}
                    aria-hidden="true"
                  />
                </button>
              </td>
              <td className="clip card-title" data-label="Object" title={entry.object}>
                <ObjectLink entry={entry} />
              </td>
              <td
                className="clip card-title text-text-2 max-[720px]:order-1"
                data-label="What"
                title={detailLine(entry.detail)}
              >
                {detailLine(entry.detail) || <span className="text-text-3">–</span>}
              </td>
              <td className="clip text-text-2" data-label="By" title={entry.actor}>
                {entry.actor}
              </td>
            </tr>
            {entry.seq === opened ? (
              <tr>
                <td colSpan={6} className="card-wide p-0! whitespace-normal!">
                  <AuditDetail seq={entry.seq} zone={zone} />
                </td>
              </tr>
            ) : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

function ObjectLink({ entry }: { entry: AuditRecord }) {
  const path = objectPath(entry)
  const isId = /^[0-9a-f]{8}-/.test(entry.object)
  const text = isId ? <span className="mono">{entry.object.slice(0, 8)}</span> : entry.object
  return path ? (
    <Link className="hover:underline" href={path}>
      {text}
    </Link>
  ) : (
    text
  )
}
