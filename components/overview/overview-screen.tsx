'use client'
import { Link2, Maximize, Printer } from 'lucide-react'
import { formatDuration, formatInstant } from '@/components/format'
import { isOld, liveness } from '@/components/live'
import { PageHead } from '@/components/shell'
import { Button, Failed, showToast } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { Overview } from '@/server/api'
import { BatchPanel } from './batch-panel'
import { CostPanel } from './cost-panel'
import { FreshPanel } from './fresh-panel'
import { KioskFrame } from './kiosk-frame'
import { ObjectivesPanel } from './objectives-panel'
import { OverviewSkeleton } from './overview-skeleton'
import { RightPanel } from './right-panel'
import { useKiosk } from './use-kiosk'
import { useOverview } from './use-overview'

/** Fresh, right, and worth what they cost: answered in ten seconds without a click. */
export function OverviewScreen() {
  const { overview, watch } = useOverview()
  const [zone] = useZone()
  const now = useNow(1_000)
  const kiosk = useKiosk(watch.lastAt)
  const isStale = overview !== null && isOld(liveness(watch.state, watch.lastAt, now))
  const body =
    overview === null ? (
      watch.error ? (
        <section className="panel">
          <Failed title="The overview did not load" message={`${watch.error} It is tried again by itself.`} />
        </section>
      ) : (
        <OverviewSkeleton />
      )
    ) : (
      <OverviewBody overview={overview} zone={zone} now={now} isStale={isStale} />
    )
  if (kiosk.isOn)
    return (
      <KioskFrame isStale={isStale} watch={watch} onLeave={kiosk.leave}>
        {body}
      </KioskFrame>
    )
  return (
    <div className="overview">
      <PageHead
        title="Overview"
        forWhom={
          <span suppressHydrationWarning>
            For executives: are the numbers fresh, right, and worth what they cost?
            {overview
              ? ` As of ${formatInstant(overview.at, zone, 'full')}${isStale && watch.lastAt !== null ? `, ${formatDuration(now - watch.lastAt)} old` : ''}.`
              : ''}
          </span>
        }
        actions={
          <>
            <Button variant="quiet" className="desk-only" onClick={kiosk.enter}>
              <Maximize className="icon" aria-hidden="true" />
              Kiosk
            </Button>
            <Button variant="quiet" className="desk-only" onClick={() => window.print()}>
              <Printer className="icon" aria-hidden="true" />
              Print
            </Button>
            <Button variant="quiet" onClick={() => void copyLink()}>
              <Link2 className="icon" aria-hidden="true" />
              Copy link
            </Button>
          </>
        }
      />
      {body}
    </div>
  )
}

interface OverviewBodyProps {
  overview: Overview
  zone: 'utc' | 'local'
  now: number
  isStale: boolean
}

function OverviewBody({ overview, zone, now, isStale }: OverviewBodyProps) {
  return (
    <div className="overview-grid">
      <FreshPanel overview={overview} zone={zone} isStale={isStale} />
      <RightPanel overview={overview} zone={zone} isStale={isStale} />
      <CostPanel overview={overview} isStale={isStale} />
      <div className="overview-wide">
        <ObjectivesPanel overview={overview} now={now} isStale={isStale} />
      </div>
      <BatchPanel overview={overview} zone={zone} isStale={isStale} />
    </div>
  )
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href)
    showToast({ status: 'ok', text: 'Link copied. It opens this very view.', durationMs: 3_000 })
  } catch {
    showToast({
      status: 'warn',
      text: 'The browser did not let the link be copied. Copy it from the address bar.',
    })
  }
}
