import { Link2, SquareTerminal, Undo2 } from 'lucide-react'
import { Button, showToast } from '@/components/ui'
import type { PlanView } from '@/server/api'
import type { Draft } from './draft'
import { applyWords, undoWords } from './draft-words'
import { planCommand } from './plan-command'
import type { PlanState } from './plan-state'

interface PlanFootProps {
  state: PlanState
  draft: Draft
  reason: string
  now: number
  plan: PlanView | null
  /** Why it cannot be applied now. */
  off: string | null
  onClose: () => void
  onApply: () => void
}

export function PlanFoot({ state, draft, reason, now, plan, off, onClose, onApply }: PlanFootProps) {
  const command = planCommand(draft, reason, now)
  const isDone = state.at === 'applied'
  return (
    <>
      <div className="dialog-undo">
        <Undo2 className="icon" aria-hidden="true" />
        <span>{undoWords(draft)}</span>
      </div>
      <div className="dialog-foot">
        {plan ? (
          <Button
            variant="quiet"
            aria-label="Copy link"
            onClick={() => void copy(planLink(plan.id), 'Link to this plan copied.')}
          >
            <Link2 className="icon" aria-hidden="true" />
            <span className="desk-only">Copy link</span>
          </Button>
        ) : null}
        {command ? (
          <Button
            variant="quiet"
            aria-label="Copy as command"
            onClick={() => void copy(command, 'Command copied.')}
          >
            <SquareTerminal className="icon" aria-hidden="true" />
            <span className="desk-only">Copy as command</span>
          </Button>
        ) : null}
        <span className="grow" />
        {off && !isDone ? <span className="dialog-off">{off}</span> : null}
        <Button onClick={onClose}>{isDone ? 'Close' : 'Cancel'}</Button>
        {isDone ? null : (
          <Button
            variant={isHard(draft) ? 'destructive' : 'primary'}
            aria-busy={state.at === 'applying'}
            aria-disabled={off ? true : undefined}
            onClick={onApply}
          >
            {state.at === 'applying' ? 'Applying' : applyWords(draft)}
            <span className="kbd kbd-on-accent desk-only">Ctrl ↵</span>
          </Button>
        )}
      </div>
    </>
  )
}

/** Red only where nothing undoes it. */
const isHard = (draft: Draft) => draft.kind === 'cancel'

const planLink = (id: string) => {
  const url = new URL(location.href)
  url.searchParams.set('plan', id)
  return url.href
}

async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    showToast({ status: 'ok', text: done, durationMs: 3_000 })
  } catch {
    showToast({ status: 'warn', text: `The browser did not let it be copied. By hand: ${text}` })
  }
}
