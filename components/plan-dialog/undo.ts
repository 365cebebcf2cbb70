import type { JobView, PlanView } from '@/server/api'
import type { Draft } from './draft'

/** The plan that takes an applied one back; null where there is nothing to take back, or nothing yet. */
export function undoOf(draft: Draft, plan: PlanView, job: Pick<JobView, 'result'> | null): Draft | null {
  const { pipeline } = draft
  switch (draft.kind) {
    case 'backfill':
    case 'reconcile': {
      const publication = job?.result?.publication
      return publication ? { kind: 'rollback', pipeline, to: { publication: publication - 1 } } : null
    }
    case 'rollback':
      return { kind: 'rollback', pipeline, to: { publication: plan.expected.publication } }
    case 'pause':
      return { kind: 'resume', pipeline, layer: draft.layer }
    case 'resume':
      return { kind: 'pause', pipeline, layer: draft.layer, forMs: null }
    case 'quarantine':
      return draft.source === null ? null : { kind: 'release', pipeline, source: draft.source }
    case 'definition':
      return draft.change && 'shadow' in draft.change
        ? { kind: 'definition', pipeline, change: { drop: true } }
        : null
    case 'release':
    case 'restart':
    case 'cancel':
      return null
  }
}
