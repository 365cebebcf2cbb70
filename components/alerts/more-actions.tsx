'use client'
import { BellOff, Ellipsis } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { useConsoleFeed } from '@/components/live'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button, Menu } from '@/components/ui'
import type { MenuItem } from '@/components/ui'
import { currentTime, keepView } from '@/components/view'
import type { AlertAction, AlertGroup } from '@/server/api'
import { linkOf } from './action-button'
import { actionDraft } from './action-draft'

const SilenceDialog = dynamic(async () => (await import('./silence-dialog')).SilenceDialog, { ssr: false })

interface MoreActionsProps {
  group: AlertGroup
  actions: AlertAction[]
  isSilenced: boolean
}

/** What else can be done about a cause: its other actions, a silence, its incident and runbook. */
export function MoreActions({ group, actions, isSilenced }: MoreActionsProps) {
  const { pipelines } = useConsoleFeed()
  const openPlan = useOpenPlan()
  const params = useSearchParams()
  const refusal = useRefusal('plan a change or silence alerts')
  const [silencing, setSilencing] = useState(false)
  const { cause, title, incidentId, runbook } = group
  const items = actions.flatMap(({ label, plan, href }): MenuItem[] => {
    if (!plan) return href === undefined ? [] : [{ id: label, text: label, href: linkOf(href, params) }]
    const open = () => {
      const draft = actionDraft(plan, pipelines ?? [], currentTime())
      if (draft) openPlan(draft)
    }
    return [{ id: label, text: label, isDisabled: refusal !== null, onSelect: open }]
  })
  const more: MenuItem[] = []
  if (incidentId !== null)
    more.push({
      id: 'incident',
      text: `Open incident ${incidentId}`,
      href: keepView(`/incidents/${incidentId}`, params),
    })
  if (runbook !== null)
    more.push({
      id: 'runbook',
      text: 'Read its runbook',
      href: keepView(`/runbooks/${encodeURIComponent(runbook)}`, params),
    })
  more.push(
    isSilenced
      ? { id: 'silence', text: 'See its silence', href: linkOf('/alerts?tab=silences', params) }
      : {
          id: 'silence',
          text: 'Silence…',
          icon: <BellOff className="icon" aria-hidden="true" />,
          isDisabled: refusal !== null,
          onSelect: () => setSilencing(true),
        },
  )
  return (
    <>
      <Menu
        items={[...items, ...more.map((item, i) => ({ ...item, startsGroup: i === 0 && items.length > 0 }))]}
        foot={refusal ? <p className="menu-label max-w-[240px]">{refusal}</p> : null}
        trigger={
          <Button variant="quiet" size="small" iconOnly aria-label={`More about ${title}`}>
            <Ellipsis className="icon" aria-hidden="true" />
          </Button>
        }
      />
      {silencing ? (
        <SilenceDialog kind="silence" match={{ cause }} onClose={() => setSilencing(false)} />
      ) : null}
    </>
  )
}
