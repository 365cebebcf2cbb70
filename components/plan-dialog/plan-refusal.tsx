import Link from 'next/link'
import { withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { formatNear } from '@/components/format'
import { Button, Note } from '@/components/ui'
import type { PlanState } from './plan-state'

interface PlanRefusalProps {
  state: PlanState
  zone: Zone
  now: number
  onPlanAgain: () => void
}

/** Why this plan can no longer be applied: it is over, something moved, or it has been done. */
export function PlanRefusal({ state, zone, now, onPlanAgain }: PlanRefusalProps) {
  const say = (text: string) => withInstants(text, zone, now)
  const again = (
    <Button size="small" onClick={onPlanAgain}>
      Plan again
    </Button>
  )
  if (state.at === 'applied') {
    const { appliedBy, appliedAt, reason } = state.plan
    return (
      <div className="banner p-0!">
        <Note
          kind="done"
          title={`Applied${appliedBy ? ` by ${appliedBy}` : ''}${
            appliedAt === null ? '' : ` at ${formatNear(appliedAt, zone, now, 'second')}`
          }`}
          action={
            <Button size="small" asChild>
              <Link href={`/jobs?job=${state.jobId}`}>Open its job</Link>
            </Button>
          }
        >
          {reason ? `Reason: ${reason}` : 'A plan is applied once.'}
        </Note>
      </div>
    )
  }
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
