'use client'
import { useCallback } from 'react'
import { ExplainFromUrl, useExplain } from '@/components/explain'
import { isOld, liveness, useConsoleFeed } from '@/components/live'
import { PageHead } from '@/components/shell'
import { useNow, useZone } from '@/components/view'
import type { AlertGroup, RecentDivergence } from '@/server/api'
import { AlertsPanel } from './alerts-panel'
import { BacklogPanel, FoldedBacklog } from './backlog-panel'
import { backlogOf } from './backlog-words'
import { FailingPanel } from './failing-panel'
import { FoundPanel } from './found-panel'
import { TracesPanel } from './traces-panel'
import { TriageSkeleton } from './triage-skeleton'
import { useExplainedPipeline, useTriage } from './use-triage-view'

/** For the one on call, at three in the morning: alert, cause, evidence, button. */
export function TriageScreen() {
  const { alerts, watch: consoleWatch } = useConsoleFeed()
  const { view, watch } = useTriage()
  const [zone] = useZone()
  const now = useNow(1_000)
  const [, setExplained] = useExplain()
  const [of, setOf] = useExplainedPipeline()
  const old = view !== null && isOld(liveness(watch.state, watch.lastAt, now))
  const alertsOld = alerts !== null && isOld(liveness(consoleWatch.state, consoleWatch.lastAt, now))
  const explain = useCallback(
    ({ pipeline, windowStart, key }: RecentDivergence) => {
      void setOf(pipeline)
      void setExplained({ from: windowStart, to: null, key })
    },
    [setOf, setExplained],
  )
  const rows = view?.backlog ?? []
  const folded = (group: AlertGroup) => {
    const row = backlogOf(group, rows)
    return row ? <FoldedBacklog row={row} now={now} /> : null
  }
  const part = { view, stale: old, zone, now }
  const isLoading = (alerts === null && !consoleWatch.error) || (view === null && !watch.error)
  return (
    <>
      <PageHead
        title="Triage"
        forWhom="For the one on call: what is broken, why, what to press, did it work?"
      />
      {isLoading ? (
        <TriageSkeleton />
      ) : (
        <div className="stack">
          <AlertsPanel stale={alertsOld} zone={zone} now={now} folded={folded} />
          <BacklogPanel {...part} groups={alerts?.groups ?? []} />
          <div className="grid12">
            <div className="span-6 stack">
              <TracesPanel {...part} />
            </div>
            <div className="span-6 stack">
              <FailingPanel {...part} />
              <FoundPanel {...part} onExplain={explain} />
            </div>
          </div>
        </div>
      )}
      {of === null ? null : <ExplainFromUrl pipeline={of} />}
    </>
  )
}
