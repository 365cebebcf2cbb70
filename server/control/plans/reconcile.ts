import { applyRecompute } from './apply-recompute'
import type { PlanCommand } from './command'
import { previewRecompute, recomputeChanges } from './recompute'
import type { RecomputeRequest } from './recompute-options'

/** Recomputes every closed window of the range at a fresh cut and puts the result in force. */
export const reconcile: PlanCommand<RecomputeRequest> = {
  preview: (deps, target, { from, to, keys, options }) =>
    previewRecompute(deps, target, { from, to, keys, options: { ...options, mode: 'all' } }),
  changes: recomputeChanges,
  apply: applyRecompute,
}
