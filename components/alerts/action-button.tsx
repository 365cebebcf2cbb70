'use client'
import { useRefusal } from '@/components/account'
import { useConsoleFeed } from '@/components/live'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button } from '@/components/ui'
import { currentTime, keepView } from '@/components/view'
import type { AlertAction } from '@/server/api'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { actionDraft } from './action-draft'

interface ActionButtonProps {
  action: AlertAction
  /** The one to press. */
  isFirst?: boolean
}

/** What mends it: opens its plan, which is read before it is applied, or goes to a place. Nothing is done by the press. */
export function ActionButton({ action, isFirst = false }: ActionButtonProps) {
  const { pipelines } = useConsoleFeed()
  const openPlan = useOpenPlan()
  const params = useSearchParams()
  const refusal = useRefusal('plan a change')
  const { label, plan, href } = action
  if (plan)
    return (
      <Button
        size="small"
        variant={isFirst ? 'primary' : 'plain'}
        off={refusal}
        onClick={() => {
          const draft = actionDraft(plan, pipelines ?? [], currentTime())
          if (draft) openPlan(draft)
        }}
      >
        {label}
      </Button>
    )
  if (href === undefined) return null
  return (
    <Button size="small" asChild>
      <Link href={linkOf(href, params)}>{label}</Link>
    </Button>
  )
}

/** Range and zone go along; what the link itself says stays. */
export function linkOf(href: string, params: URLSearchParams): string {
  const [path = href, query = ''] = href.split('?')
  const [target = path, kept = ''] = keepView(path, params).split('?')
  const all = new URLSearchParams(kept)
  for (const [name, value] of new URLSearchParams(query)) all.set(name, value)
  const text = all.toString()
  return text ? `${target}?${text}` : target
}
