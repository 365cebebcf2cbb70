'use client'
import { BellOff, CalendarClock } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { useConsoleFeed } from '@/components/live'
import { PageHead } from '@/components/shell'
import { Button } from '@/components/ui'
import type { SilenceView } from '@/server/api'
import { firingGroups } from './alert-words'
import { HistoryTab } from './history-tab'
import { LiveTab } from './live-tab'
import { RulesTab } from './rules-tab'
import { SilenceDialog } from './silence-dialog'
import { SilencesTab } from './silences-tab'
import { useAlertsTab } from './use-alerts-view'
import type { AlertsTab } from './use-alerts-view'

const names: Record<AlertsTab, string> = {
  live: 'Live',
  silences: 'Silences',
  maintenance: 'Maintenance',
  rules: 'Rules',
  history: 'History',
}

/** For the one on call and for who keeps the alerts worth waking up for. */
export function AlertsScreen() {
  const { alerts } = useConsoleFeed()
  const [tab, setTab] = useAlertsTab()
  const [adding, setAdding] = useState<SilenceView['kind'] | null>(null)
  const refusal = useRefusal('silence alerts')
  const firing = firingGroups(alerts?.groups ?? []).length
  return (
    <>
      <PageHead
        title="Alerts"
        forWhom="For the one on call: everything that fires, what holds it back, and when it fires at all."
        actions={
          <>
            <Button off={refusal} onClick={() => setAdding('maintenance')}>
              <CalendarClock className="icon" aria-hidden="true" />
              Plan maintenance…
            </Button>
            <Button off={refusal} onClick={() => setAdding('silence')}>
              <BellOff className="icon" aria-hidden="true" />
              Silence…
            </Button>
          </>
        }
      />
      <Tabs.Root value={tab} onValueChange={(next) => void setTab(next as AlertsTab)}>
        <Tabs.List className="tabs" aria-label="Alerts">
          {(Object.keys(names) as AlertsTab[]).map((value) => (
            <Tabs.Trigger key={value} className="tab" value={value}>
              {names[value]}
              {value === 'live' && firing > 0 ? <span className="ml-1.5 text-text-3">{firing}</span> : null}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="live" tabIndex={-1}>
          <LiveTab />
        </Tabs.Content>
        <Tabs.Content value="silences" tabIndex={-1}>
          <SilencesTab kind="silence" onAdd={() => setAdding('silence')} />
        </Tabs.Content>
        <Tabs.Content value="maintenance" tabIndex={-1}>
          <SilencesTab kind="maintenance" onAdd={() => setAdding('maintenance')} />
        </Tabs.Content>
        <Tabs.Content value="rules" tabIndex={-1}>
          <RulesTab />
        </Tabs.Content>
        <Tabs.Content value="history" tabIndex={-1}>
          <HistoryTab />
        </Tabs.Content>
      </Tabs.Root>
      {adding === null ? null : <SilenceDialog kind={adding} match={{}} onClose={() => setAdding(null)} />}
    </>
  )
}
