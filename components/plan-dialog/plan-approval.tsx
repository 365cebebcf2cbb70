'use client'
import { UsersRound } from 'lucide-react'
import { useState } from 'react'
import { useMe, useRefusal } from '@/components/account'
import { formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Problem, QuietGlyph } from '@/components/ui'
import type { PlanView } from '@/server/api'
import type { UsePlan } from './use-plan'

interface PlanApprovalProps {
  life: UsePlan
  plan: PlanView
  zone: Zone
  now: number
}

/** Above the policy's size two people stand behind a write: who has, who may, and the button for the second. */
export function PlanApproval({ life, plan, zone, now }: PlanApprovalProps) {
  const me = useMe()
  const refusal = useRefusal('approve plans')
  const [why, setWhy] = useState('')
  const isMine = plan.createdBy === me.name
  const isMineToo = plan.approvals.some(({ by }) => by === me.name)
  return (
    <section className="banner mt-4 mb-0! flex-col" aria-label="Second person">
      <div className="flex gap-2.5">
        <UsersRound className="icon mt-0.5" aria-hidden="true" />
        <div>
          <b className="font-medium text-text-1">This plan needs a second person</b>
          <p>
            It is above the size that the policy lets one person apply. An operator or admin other than who
            applies it approves; copy the link below and send it.
          </p>
        </div>
      </div>
      {plan.approvals.length > 0 ? (
        <ul>
          {plan.approvals.map(({ by, at, reason }) => (
            <li key={by} className="flex items-center gap-2">
              <QuietGlyph status="ok" />
              <span>
                {by} approved {formatNear(at, zone, now)}
                {reason ? <span className="text-text-3">: {reason}</span> : null}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-text-3">Planned by {plan.createdBy}. Nobody has approved yet.</p>
      )}
      {isMine || isMineToo || plan.state !== 'ready' ? null : (
        <form
          className="flex w-full flex-wrap items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            if (!refusal && why.trim() !== '') life.approve(why.trim())
          }}
        >
          <input
            className="field w-auto! min-w-[180px] flex-1"
            type="text"
            aria-label="Why you approve"
            placeholder="Why you approve"
            maxLength={1_000}
            value={why}
            onChange={(event) => setWhy(event.target.value)}
          />
          <Button
            type="submit"
            aria-busy={life.approving}
            off={refusal ?? (why.trim() === '' ? 'Say why you approve first.' : null)}
          >
            Approve plan
          </Button>
        </form>
      )}
      {life.approvalError ? <Problem>{life.approvalError}</Problem> : null}
    </section>
  )
}
