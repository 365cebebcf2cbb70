'use client'
import { Timer } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useMe, useRefusal } from '@/components/account'
import { formatDuration } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Dialog } from '@/components/ui'
import type { PlanView } from '@/server/api'
import { describeDraft, draftTitle } from './draft-words'
import type { Draft } from './draft'
import type { Started } from './job-toasts'
import { PlanBody } from './plan-body'
import type { PlanSource } from './plan-context'
import { PlanFoot } from './plan-foot'
import { PlanIcon } from './plan-icon'
import { draftOf } from './plan-request'
import { planOf } from './plan-state'
import { readyReason, weightOf } from './plan-weight'
import { usePlan } from './use-plan'
import { whyOff } from './why-off'

interface PlanDialogProps {
  source: PlanSource
  zone: Zone
  onClose: () => void
  onPlanned: (plan: PlanView) => void
  onApplied: (started: Started) => void
}

/** The one dialog of every write: what will change, what it touches and costs, why; then apply or be refused. */
export function PlanDialog({ source, zone, onClose, onPlanned, onApplied }: PlanDialogProps) {
  const [asked, setAsked] = useState(() => ('draft' in source ? source.draft : null))
  const [reason, setReason] = useState(() => ('draft' in source ? readyReason(source.draft) : ''))
  const [typed, setTyped] = useState('')
  const reasonField = useRef<HTMLTextAreaElement>(null)
  const refusal = useRefusal('apply plans')
  const me = useMe()
  const applied = useCallback(
    (plan: PlanView, jobId: string) => onApplied({ jobId, plan, draft: draftOf(plan) }),
    [onApplied],
  )
  const life = usePlan({ onPlanned, onApplied: applied })
  const { state, now, make, open } = life
  const started = useRef(false)
  useEffect(() => {
    if (started.current) return
    started.current = true
    if ('draft' in source) make(source.draft)
    else open(source.planId)
  }, [make, open, source])

  const plan = planOf(state)
  // What the plan says was asked for counts more than what this desk remembers.
  const draft = asked ?? (plan ? draftOf(plan) : null)
  const planAgain = (next: Draft | null = draft) => {
    if (!next) return
    setAsked(next)
    if (reason === '') setReason(readyReason(next))
    make(next)
  }
  const weight = draft && plan ? weightOf(draft, plan) : 'plan'
  const off =
    refusal ?? whyOff({ state, reason, typed, weight, pipeline: draft?.pipeline ?? '', me: me.name })
  const tryApply = () => (off ? reasonField.current?.focus() : life.apply(reason.trim()))
  return (
    <Dialog
      onClose={onClose}
      title={draft ? draftTitle(draft, zone, now) : 'Plan'}
      description={draft ? describeDraft(draft) : 'The plan is being read.'}
      icon={draft ? <PlanIcon kind={draft.kind} /> : null}
      aside={
        state.at === 'ready' ? (
          <span className="tag">
            <Timer className="icon h-3! w-3!" aria-hidden="true" />
            {plan?.isProposal
              ? 'waits for a person'
              : `expires in ${formatDuration(state.plan.expiresAt - now)}`}
          </span>
        ) : null
      }
    >
      <div
        className="contents"
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) tryApply()
        }}
      >
        <PlanBody
          life={life}
          draft={draft}
          weight={weight}
          zone={zone}
          reason={reason}
          typed={typed}
          reasonField={reasonField}
          onReason={setReason}
          onTyped={setTyped}
          onPlanAgain={planAgain}
        />
        {draft ? (
          <PlanFoot
            state={state}
            draft={draft}
            reason={reason}
            now={now}
            plan={plan}
            off={off}
            onClose={onClose}
            onApply={tryApply}
          />
        ) : (
          <div className="dialog-foot">
            <span className="grow" />
            <Button onClick={onClose}>Close</Button>
          </div>
        )}
      </div>
    </Dialog>
  )
}
