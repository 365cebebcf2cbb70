import { applyRecompute } from './apply-recompute'
import type { PlanCommand } from './command'
import { previewRecompute, recomputeChanges } from './recompute'
import type { BackfillRequest } from './recompute-options'

/** Recomputes a range of history, or what of it has no version yet. */
export const backfill: PlanCommand<BackfillRequest> = {
  preview: previewRecompute,
  changes: recomputeChanges,
  apply: applyRecompute,
}
