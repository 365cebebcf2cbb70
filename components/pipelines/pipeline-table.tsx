'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { formatCount, formatDuration, formatNear, formatPercent, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { CountFigure, DurationFigure, Glyph, Tag } from '@/components/ui'
import { usePlans } from '@/components/plan-dialog'
import { keepView } from '@/components/view'
import type { PipelineListItem, ProposalView } from '@/server/api'
import { LastRun } from './last-run'

interface PipelineTableProps {
  pipelines: PipelineListItem[]
  /** What waits for a person. */
  proposals: ProposalView[]
  current: number | null
  zone: Zone
  now: number
  onOpen: (index: number) => void
}

const healthWords = { ok: 'Current', warn: 'Needs a look', bad: 'Bad', unknown: 'No data yet' } as const

export function PipelineTable({ pipelines, proposals, current, zone, now, onOpen }: PipelineTableProps) {
  const params = useSearchParams()
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th>Pipeline</th>
          <th>Owner</th>
          <th className="number">Fresh</th>
          <th className="number">Waiting</th>
          <th className="number">Boundary</th>
          <th className="number">Not confirmed</th>
          <th className="number">Late</th>
          <th className="number">Duplicate</th>
          <th>Last batch</th>
        </tr>
      </thead>
      <tbody>
        {pipelines.map(({ name, title, owner, status }, i) => (
          <tr key={name} data-href="" data-selected={i === current} onClick={() => onOpen(i)}>
            <td className="two-lines card-wide">
              <span className="flex items-start gap-2.5">
                <span className="pt-px">
                  <Glyph status={status.health} label={healthWords[status.health]} />
                </span>
                <span className="min-w-0">
                  <Link
                    className="font-medium"
                    href={keepView(`/pipelines/${encodeURIComponent(name)}`, params)}
                    onClick={(event) => event.stopPropagation()}
                  >
                    {name}
                  </Link>
                  <Proposal proposal={proposals.find(({ pipeline }) => pipeline === name)} />
                  <span className="second">{status.reasons[0] ?? title}</span>
                </span>
              </span>
            </td>
            <td className="text-text-2" data-label="Owner">
              {owner}
            </td>
            <td className="number" data-label="Fresh">
              {status.lag.seconds > 0 ? (
                <DurationFigure ms={status.lag.seconds * 1_000} />
              ) : (
                <span className="text-text-2">current</span>
              )}
            </td>
            <td className="number" data-label="Waiting">
              <CountFigure n={status.lag.events} unit="events" />
            </td>
            <td className="number" data-label="Boundary">
              {status.boundary === null ? (
                <span className="text-text-3">none yet</span>
              ) : (
                formatNear(status.boundary, zone, now, 'second')
              )}
            </td>
            <td className="number text-text-2" data-label="Not confirmed">
              {status.boundary === null ? (
                <span className="text-text-3">all</span>
              ) : (
                <span title="Windows younger than this are provisional">
                  {formatDuration(Math.max(0, now - status.boundary))}
                </span>
              )}
            </td>
            <td className="number" data-label="Late">
              <Share n={status.counters.late} of={status.counters.events} />
            </td>
            <td className="number" data-label="Duplicate">
              <Share n={status.counters.duplicate} of={status.counters.events} />
            </td>
            <td data-label="Last batch">
              <LastRun run={status.lastRun} zone={zone} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A reconcile of this pipeline waits for a person: one press opens its plan. */
function Proposal({ proposal }: { proposal: ProposalView | undefined }) {
  const { open } = usePlans()
  if (!proposal) return null
  return (
    <button
      type="button"
      className="ml-2"
      aria-label={`Open the proposal of ${proposal.pipeline}`}
      onClick={(event) => {
        event.stopPropagation()
        open({ planId: proposal.id })
      }}
    >
      <Tag status="warn">proposal: {plural(proposal.changed, 'cell')}</Tag>
    </button>
  )
}

/** Under 100 events a count says more than a share. */
function Share({ n, of }: { n: number; of: number }) {
  if (of < 100) return <span>{formatCount(n)}</span>
  return (
    <span title={`${formatCount(n)} of ${formatCount(of)} events`}>
      {formatPercent(n / of)}
      <span className="unit">%</span>
    </span>
  )
}
