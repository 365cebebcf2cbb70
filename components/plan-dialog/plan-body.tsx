'use client'
import type { RefObject } from 'react'
import { withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { Failed, Note, SkeletonRows } from '@/components/ui'
import type { Draft } from './draft'
import { PlanApproval } from './plan-approval'
import { PlanChanges } from './plan-changes'
import { PlanConfirm } from './plan-confirm'
import { PlanFacts } from './plan-facts'
import { PlanOptions } from './plan-options'
import { PlanRefusal } from './plan-refusal'
import { PlanSteps } from './plan-steps'
import type { Weight } from './plan-weight'
import type { UsePlan } from './use-plan'

interface PlanBodyProps {
  life: UsePlan
  draft: Draft | null
  weight: Weight
  zone: Zone
  reason: string
  typed: string
  reasonField: RefObject<HTMLTextAreaElement | null>
  onReason: (reason: string) => void
  onTyped: (text: string) => void
  onPlanAgain: (draft?: Draft) => void
}

/** First what is asked for, then the plan in the same shape whatever its kind. */
export function PlanBody(props: PlanBodyProps) {
  const { life, draft, weight, zone, reason, typed, reasonField, onReason, onTyped, onPlanAgain } = props
  const { state, now } = life
  const options = draft ? <PlanOptions draft={draft} state={state} zone={zone} onPlan={onPlanAgain} /> : null
  if (state.at === 'drafting')
    return (
      <div className="dialog-body dialog-single">
        <div className="dialog-main">{options}</div>
      </div>
    )
  if (state.at === 'planning')
    return (
      <div className="dialog-body">
        <div className="dialog-main">
          {options}
          <h3 className="dialog-heading">What will change</h3>
          <SkeletonRows rows={5} />
        </div>
        <div className="dialog-side">
          <h3 className="dialog-heading">What it touches</h3>
          <SkeletonRows rows={3} widths={[120, 40]} />
          <h3 className="dialog-heading mt-3">What it costs</h3>
          <SkeletonRows rows={3} widths={[80, 60]} />
        </div>
      </div>
    )
  if (state.at === 'failed')
    return (
      <div className="dialog-body dialog-single">
        <div className="dialog-main">
          {options}
          {state.problems.length > 0 ? null : state.code === 'forbidden' ? (
            <Note kind="forbidden" title="You may look, not change">
              {state.message}
            </Note>
          ) : (
            <Failed
              title="No plan was made"
              message={withInstants(state.message, zone, now)}
              {...(draft && { onRetry: () => onPlanAgain() })}
            />
          )}
        </div>
      </div>
    )
  const { plan } = state
  return (
    <div className="dialog-body">
      <div className="dialog-main">
        {options}
        <PlanRefusal state={state} zone={zone} now={now} onPlanAgain={() => onPlanAgain()} />
        <PlanChanges
          plan={plan}
          previewJob={life.previewJob}
          zone={zone}
          now={now}
          onPreview={(preview) => {
            if (draft?.kind === 'backfill' || draft?.kind === 'reconcile') onPlanAgain({ ...draft, preview })
          }}
        />
        {draft ? <PlanSteps draft={draft} plan={plan} zone={zone} now={now} /> : null}
        {plan.needsSecond ? <PlanApproval life={life} plan={plan} zone={zone} now={now} /> : null}
        {state.at === 'applied' ? null : (
          <PlanConfirm
            weight={weight}
            pipeline={plan.pipeline}
            reason={reason}
            typed={typed}
            reasonField={reasonField}
            onReason={onReason}
            onTyped={onTyped}
          />
        )}
      </div>
      <div className="dialog-side">
        <PlanFacts plan={plan} zone={zone} now={now} />
      </div>
    </div>
  )
}
