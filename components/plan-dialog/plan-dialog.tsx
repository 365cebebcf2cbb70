'use client'
import { History, Timer, Undo2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { formatDuration } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Dialog } from '@/components/ui'
import { draftTitle, planVerb } from './draft'
import type { Draft } from './draft'
import { PlanBody } from './plan-body'
import { usePlan } from './use-plan'

interface PlanDialogProps {
  draft: Draft
  zone: Zone
  onClose: () => void
  onApplied: (jobId: string, draft: Draft) => void
}

/** The one dialog of every write: what will change, what it touches and costs, why; then apply or be refused. */
export function PlanDialog({ draft: asked, zone, onClose, onApplied }: PlanDialogProps) {
  const [draft, setDraft] = useState(asked)
  const [reason, setReason] = useState('')
  const reasonField = useRef<HTMLTextAreaElement>(null)
  const { state, now, make, apply } = usePlan((jobId) => onApplied(jobId, draft))
  const started = useRef(false)
  useEffect(() => {
    if (started.current) return
    started.current = true
    make(asked)
  }, [make, asked])
  const planAgain = (next: Draft = draft) => {
    setDraft(next)
    make(next)
  }
  const verb = planVerb(draft.kind)
  const off = whyOff(state.at, reason, state.at === 'ready' && state.plan.items.length === 0)
  const tryApply = () => (off ? reasonField.current?.focus() : apply(reason.trim()))
  return (
    <Dialog
      onClose={onClose}
      title={draftTitle(draft, zone, now)}
      description={describe(draft)}
      icon={
        draft.kind === 'rollback' ? (
          <Undo2 className="icon" aria-hidden="true" />
        ) : (
          <History className="icon" aria-hidden="true" />
        )
      }
      aside={
        state.at === 'ready' ? (
          <span className="tag">
            <Timer className="icon h-3! w-3!" aria-hidden="true" />
            expires in {formatDuration(state.plan.expiresAt - now)}
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
          state={state}
          draft={draft}
          zone={zone}
          now={now}
          reason={reason}
          reasonField={reasonField}
          onReason={setReason}
          onPlanAgain={planAgain}
        />
        <div className="dialog-foot">
          <span className="wide-only min-w-0 truncate text-small text-text-2">{undoText(draft.kind)}</span>
          <span className="grow" />
          {off ? <span className="text-small text-text-3">{off}</span> : null}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            aria-busy={state.at === 'applying'}
            aria-disabled={off ? true : undefined}
            onClick={tryApply}
          >
            {state.at === 'applying' ? 'Applying' : `Apply ${verb.toLowerCase()}`}
            <span className="kbd kbd-on-accent desk-only">Ctrl ↵</span>
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

function whyOff(at: string, reason: string, empty: boolean): string | null {
  if (at === 'planning') return 'the plan is being made'
  if (at === 'failed') return 'there is no plan to apply'
  if (at === 'expired') return 'the plan expired, make it again'
  if (at === 'refused') return 'things moved, plan again'
  if (at === 'applying') return 'being applied'
  if (empty) return 'nothing would change'
  return reason.trim() === '' ? 'give a reason first' : null
}

function describe(draft: Draft): string {
  if (draft.kind === 'rollback')
    return 'All windows move in one step, and can be moved back. Nothing changes until you apply.'
  return 'Count these windows again from the archive at a new cut and publish them as one version. Nothing changes until you apply.'
}

function undoText(kind: Draft['kind']): string {
  return kind === 'rollback'
    ? 'To undo, roll forward again: the versions are kept.'
    : 'To undo, roll back to the version before: the last versions are kept.'
}
