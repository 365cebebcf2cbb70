'use client'
import { BellOff, Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { DropdownMenu } from 'radix-ui'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { useConsoleFeed } from '@/components/live'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button } from '@/components/ui'
import { currentTime, keepView } from '@/components/view'
import type { AlertAction, AlertGroup } from '@/server/api'
import { linkOf } from './action-button'
import { actionDraft } from './action-draft'
import { SilenceDialog } from './silence-dialog'

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
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <Button variant="quiet" size="small" iconOnly aria-label={`More about ${title}`}>
            <Ellipsis className="icon" aria-hidden="true" />
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
            {actions.map(({ label, plan, href }) =>
              plan ? (
                <DropdownMenu.Item
                  key={label}
                  className="menu-item"
                  disabled={refusal !== null}
                  onSelect={() => {
                    const draft = actionDraft(plan, pipelines ?? [], currentTime())
                    if (draft) openPlan(draft)
                  }}
                >
                  {label}
                </DropdownMenu.Item>
              ) : href === undefined ? null : (
                <DropdownMenu.Item key={label} className="menu-item" asChild>
                  <Link href={linkOf(href, params)}>{label}</Link>
                </DropdownMenu.Item>
              ),
            )}
            {actions.length > 0 ? <div className="menu-line" /> : null}
            {incidentId === null ? null : (
              <DropdownMenu.Item className="menu-item" asChild>
                <Link href={keepView(`/incidents/${incidentId}`, params)}>Open incident {incidentId}</Link>
              </DropdownMenu.Item>
            )}
            {runbook === null ? null : (
              <DropdownMenu.Item className="menu-item" asChild>
                <Link href={keepView(`/runbooks/${encodeURIComponent(runbook)}`, params)}>
                  Read its runbook
                </Link>
              </DropdownMenu.Item>
            )}
            {isSilenced ? (
              <DropdownMenu.Item className="menu-item" asChild>
                <Link href={linkOf('/alerts?tab=silences', params)}>See its silence</Link>
              </DropdownMenu.Item>
            ) : (
              <DropdownMenu.Item
                className="menu-item"
                disabled={refusal !== null}
                onSelect={() => setSilencing(true)}
              >
                <BellOff className="icon" aria-hidden="true" />
                Silence…
              </DropdownMenu.Item>
            )}
            {refusal ? <p className="menu-label max-w-[240px]">{refusal}</p> : null}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {silencing ? (
        <SilenceDialog kind="silence" match={{ cause }} onClose={() => setSilencing(false)} />
      ) : null}
    </>
  )
}
