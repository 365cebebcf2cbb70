import type { PlanView } from '@/server/api'
import type { Draft } from './draft'

/**
 * How much a person must do before a write: `light` is undone with one click and needs none of their time, `plan`
 * needs to be read and reasoned, `typed` needs the pipeline's name typed as well.
 */
export type Weight = 'light' | 'plan' | 'typed'

/** Above this a plan is big: its name is typed. */
const big = { cells: 100_000, bytes: 20_000_000_000 }

export function weightOf(draft: Draft, plan: Pick<PlanView, 'blastRadius' | 'estimate'>): Weight {
  if (draft.kind === 'resume') return 'light'
  if (draft.kind === 'pause' && draft.layer === 'batch' && draft.forMs !== null) return 'light'
  if (draft.kind === 'restart') return 'typed'
  if (draft.kind === 'definition' && draft.change && !('shadow' in draft.change)) return 'typed'
  if (draft.kind === 'pause' || draft.kind === 'cancel') return 'plan'
  const { blastRadius, estimate } = plan
  return blastRadius.cells > big.cells || estimate.bytes > big.bytes ? 'typed' : 'plan'
}

/** A light write has its reason at hand, so that it is one click. */
export function readyReason(draft: Draft): string {
  if (draft.kind === 'resume') return `Resume the ${draft.layer} layer`
  if (draft.kind === 'pause' && draft.layer === 'batch' && draft.forMs !== null)
    return 'Short pause of the batch layer'
  return ''
}

/** Small enough that the real difference is computed without being asked for. */
export function isSmall({ estimate, blastRadius }: Pick<PlanView, 'estimate' | 'blastRadius'>): boolean {
  const room = estimate.quota === null || estimate.bytes <= estimate.quota.left
  return room && estimate.seconds <= 60 && estimate.bytes <= 1_000_000_000 && blastRadius.cells <= 100_000
}
