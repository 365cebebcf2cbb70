import { formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import type { PlanView } from '@/server/api'
import type { Draft } from './draft'

interface PlanStepsProps {
  draft: Draft
  plan: PlanView
  zone: Zone
  now: number
}

/** What happens after Apply, in order. */
export function PlanSteps({ draft, plan, zone, now }: PlanStepsProps) {
  const steps = stepsOf(draft, plan, zone, now)
  return (
    <section aria-label="What happens">
      <h3 className="dialog-heading">What happens</h3>
      <ol className="plan-steps">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  )
}

function stepsOf(draft: Draft, plan: PlanView, zone: Zone, now: number): string[] {
  switch (draft.kind) {
    case 'reconcile':
    case 'backfill': {
      const staged = plan.preview?.status === 'ready'
      const start =
        draft.kind === 'backfill' && draft.runAt !== undefined
          ? [`Wait until ${formatNear(draft.runAt, zone, now)}`]
          : []
      const work = staged ? ['Check that nothing moved'] : ['Cut', 'Read archive', 'Compute', 'Compare']
      return [...start, ...work, 'Publish in one step', 'Send corrections', ...guardStep(draft.guard)]
    }
    case 'rollback':
      return ['Flip all windows in one step', 'Send corrections', ...guardStep(draft.guard)]
    case 'pause':
      return [
        draft.layer === 'speed' ? 'Commit what is folded' : 'Finish no further run',
        'Stand still',
        draft.forMs === null ? 'Wait for a person to resume' : 'Resume by itself',
      ]
    case 'resume':
      return draft.layer === 'speed' ? ['Go on from its position', 'Catch up'] : ['Run what is due']
    case 'quarantine':
      return ['Keep new events aside', 'Name the hole in every window they belong to']
    case 'release':
      return ['Let new events count', 'Put back those kept aside', 'Close the hole']
    case 'restart':
      return 'seq' in draft.at
        ? ['Go on from the position', 'Name what is left out in its windows', 'Leave it to batch']
        : ['Drop what was counted after the cut', 'Read the log again', 'Catch up']
    case 'definition':
      return changeSteps(draft.change)
    case 'cancel':
      return ['Finish the range in hand', 'Drop what is staged', 'End as cancelled']
  }
}

function guardStep(guard: { minutes: number } | undefined): string[] {
  return guard ? [`Watch ${guard.minutes} min, roll back by itself beyond the bound`] : []
}

function changeSteps(change: Extract<Draft, { kind: 'definition' }>['change']): string[] {
  if (change && 'promote' in change) return ['Serve from the shadow', 'Keep the one before in the history']
  if (change && 'drop' in change) return ['Stop computing it', 'Remove its figures']
  if (change && 'shadow' in change)
    return ['Replay the log for it', 'Compute it in both layers', 'Serve nobody']
  return ['Store it as the next version', 'Replay the log if it counts otherwise', 'Serve from it']
}
