'use client'
import { formatCount, formatDuration, formatPercent, formatRange, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { usePlans } from '@/components/plan-dialog'
import { Button, Glyph, Panel } from '@/components/ui'
import type { ProposalView } from '@/server/api'

interface ProposalsPanelProps {
  proposals: ProposalView[]
  zone: Zone
  now: number
}

/** What scheduled runs found beyond the tolerance and left to a person. */
export function ProposalsPanel({ proposals, zone, now }: ProposalsPanelProps) {
  const { open } = usePlans()
  if (proposals.length === 0) return null
  return (
    <Panel
      title="Waits for a person"
      sub={`${plural(proposals.length, 'proposal')}: computed and staged, not in force`}
      className="mb-(--gap)"
    >
      <ul>
        {proposals.map((proposal) => (
          <li key={proposal.id} className="proposal-row">
            <Glyph status="warn" label="Waits for a person" />
            <span className="min-w-0">
              <span className="font-medium">{proposal.pipeline}</span>{' '}
              {proposal.from !== null && proposal.to !== null ? (
                <span>{formatRange(proposal.from, proposal.to, zone, now)}</span>
              ) : null}
              <span className="block text-small text-text-3">{says(proposal)}</span>
            </span>
            <span className="text-small whitespace-nowrap text-text-3">
              {formatDuration(Math.max(0, now - proposal.createdAt))} ago
            </span>
            <Button size="small" onClick={() => open({ planId: proposal.id })}>
              Open plan…
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function says({ changed, beyond, cells, largest }: ProposalView): string {
  const parts = [`${formatCount(changed)} of ${plural(cells, 'cell')} change`]
  if (beyond > 0) parts.push(`${formatCount(beyond)} beyond tolerance`)
  if (largest > 0) parts.push(`at most ${formatPercent(largest)} %`)
  return parts.join(', ')
}
