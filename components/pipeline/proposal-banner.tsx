'use client'
import { formatCount, formatRange, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { usePlans } from '@/components/plan-dialog'
import { Button, QuietGlyph } from '@/components/ui'

/** A scheduled run found differences beyond the tolerance and left the publication to a person. */
export function ProposalBanner({ name, zone, now }: { name: string; zone: Zone; now: number }) {
  const { proposals } = useConsoleFeed()
  const { open } = usePlans()
  return proposals
    ?.filter(({ pipeline }) => pipeline === name)
    .map((proposal) => (
      <section key={proposal.id} className="banner items-center" data-status="warn" aria-label="Proposal">
        <QuietGlyph status="warn" />
        <p className="min-w-0 grow">
          <b className="font-medium text-text-1">A reconcile waits for a person.</b>{' '}
          {proposal.from !== null && proposal.to !== null
            ? `${formatRange(proposal.from, proposal.to, zone, now)}: `
            : ''}
          {plural(proposal.changed, 'cell')} would change, {formatCount(proposal.beyond)} beyond the
          tolerance.
        </p>
        <Button onClick={() => open({ planId: proposal.id })}>Open plan…</Button>
      </section>
    ))
}
