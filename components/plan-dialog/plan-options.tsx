import type { Zone } from '@/components/format'
import { DefinitionOptions } from './definition-options'
import type { Draft } from './draft'
import { PauseOptions } from './pause-options'
import type { PlanState } from './plan-state'
import { QuarantineOptions } from './quarantine-options'
import { RecomputeOptions } from './recompute-options'
import { RestartOptions } from './restart-options'

interface PlanOptionsProps {
  draft: Draft
  state: PlanState
  zone: Zone
  onPlan: (draft: Draft) => void
}

/** What a kind of write lets a person choose. Another choice needs another plan, which is made at once. */
export function PlanOptions({ draft, state, zone, onPlan }: PlanOptionsProps) {
  if (state.at === 'applied' || state.at === 'applying') return null
  switch (draft.kind) {
    case 'backfill':
    case 'reconcile':
      return <RecomputeOptions key={JSON.stringify(draft)} draft={draft} zone={zone} onPlan={onPlan} />
    case 'pause':
      return <PauseOptions draft={draft} onPlan={onPlan} />
    case 'quarantine':
      return <QuarantineOptions key={draft.source} draft={draft} onPlan={onPlan} />
    case 'restart':
      return <RestartOptions key={JSON.stringify(draft)} draft={draft} onPlan={onPlan} />
    case 'definition':
      return draft.change && ('promote' in draft.change || 'drop' in draft.change) ? null : (
        <DefinitionOptions draft={draft} state={state} onPlan={onPlan} />
      )
    case 'rollback':
    case 'resume':
    case 'release':
    case 'cancel':
      return null
  }
}
