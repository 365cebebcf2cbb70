'use client'
import type { RefObject } from 'react'
import { plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Failed, Note, SkeletonRows } from '@/components/ui'
import type { Draft } from './draft'
import { PlanFacts } from './plan-facts'
import { PlanItems } from './plan-items'
import { PlanRange } from './plan-range'
import type { PlanState } from './plan-state'

interface PlanBodyProps {
  state: PlanState
  draft: Draft
  zone: Zone
  now: number
  reason: string
  reasonField: RefObject<HTMLTextAreaElement | null>
  onReason: (reason: string) => void
  onPlanAgain: (draft?: Draft) => void
}

export function PlanBody(props: PlanBodyProps) {
  const { state, draft, zone, now, onPlanAgain } = props
  const range =
    draft.kind === 'rollback' ? null : (
      <PlanRange
        key={`${draft.from} ${draft.to}`}
        from={draft.from}
        to={draft.to}
        zone={zone}
        onPlan={(from, to) => onPlanAgain({ ...draft, from, to })}
      />
    )
  if (state.at === 'planning')
    return (
      <div className="dialog-body">
        <div className="dialog-main">
          {range}
          <h3 className="dialog-heading">What will change</h3>
          <SkeletonRows rows={5} />
        </div>
        <div className="dialog-side">
          <h3 className="dialog-heading">What it touches</h3>
          <SkeletonRows rows={4} widths={[120, 40]} />
        </div>
      </div>
    )
  if (state.at === 'failed')
    return (
      <div className="border-t border-line">
        <div className="dialog-main pb-0!">{range}</div>
        <Failed
          title="No plan was made"
          message={withInstants(state.message, zone, now)}
          onRetry={() => onPlanAgain()}
        />
      </div>
    )
  return (
    <div className="dialog-body">
      <div className="dialog-main">
        {range}
        <Refusal
          state={state}
          say={(text) => withInstants(text, zone, now)}
          onPlanAgain={() => onPlanAgain()}
        />
        <h3 className="dialog-heading">
          What will change{' '}
          <span className="ml-1 text-small font-normal text-text-3">
            {plural(state.plan.items.length, 'item')}
          </span>
        </h3>
        <PlanItems plan={state.plan} zone={zone} now={now} />
        <ReasonField {...props} />
      </div>
      <div className="dialog-side">
        <PlanFacts plan={state.plan} zone={zone} now={now} />
      </div>
    </div>
  )
}

interface RefusalProps {
  state: PlanState
  say: (text: string) => string
  onPlanAgain: () => void
}

function Refusal({ state, say, onPlanAgain }: RefusalProps) {
  const again = (
    <Button size="small" onClick={onPlanAgain}>
      Plan again
    </Button>
  )
  if (state.at === 'expired')
    return (
      <div className="banner p-0!">
        <Note kind="stale" title="The plan expired" action={again}>
          What it shows may no longer hold.
        </Note>
      </div>
    )
  if (state.at !== 'refused') return null
  return (
    <div className="banner p-0!" role="alert">
      <Note kind="stale" title={refusedBecause(state.code)} action={again}>
        {say(state.message)}
        {state.changes.length > 0 ? (
          <ul className="mt-1">
            {state.changes.map(({ what, expected, found }) => (
              <li key={what}>
                <span className="font-medium text-text-1">{say(what)}</span>
                {expected || found ? `: planned with ${say(expected)}, now ${say(found)}` : null}
              </li>
            ))}
          </ul>
        ) : null}
      </Note>
    </div>
  )
}

function refusedBecause(code: string): string {
  return code === 'conflict' || code === 'gone' ? 'Refused: something moved since this plan' : 'Not applied'
}

function ReasonField({ reason, reasonField, onReason }: PlanBodyProps) {
  return (
    <label className="mt-4 block">
      <span className="dialog-heading block">
        Reason <span className="ml-1 text-small font-normal text-text-3">kept in the audit log</span>
      </span>
      <textarea
        ref={reasonField}
        className="field"
        rows={2}
        maxLength={1_000}
        value={reason}
        onChange={(event) => onReason(event.target.value)}
      />
    </label>
  )
}
