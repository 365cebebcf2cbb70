import { formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import type { PlanKind } from '@/server/api'

export type BackfillMode = 'all' | 'missing' | 'failed' | 'divergent'

/** What is asked for, before the server has planned it. */
export type Draft =
  | {
      kind: 'backfill' | 'reconcile'
      pipeline: string
      from: number
      to: number
      /** Only windows where one of these keys has a cell. */
      keys?: string[]
      mode?: BackfillMode
    }
  | { kind: 'rollback'; pipeline: string; to: { version: number } | { publication: number } }

/** What `plans.create` takes. */
export function planRequest(draft: Draft) {
  const { pipeline } = draft
  if (draft.kind === 'rollback') return { kind: 'rollback' as const, pipeline, options: draft.to }
  const { from, to } = draft
  if (draft.kind === 'reconcile') return { kind: 'reconcile' as const, pipeline, from, to }
  return { kind: 'backfill' as const, pipeline, from, to, options: { mode: 'all' as const } }
}

const verbs: Record<PlanKind, string> = {
  backfill: 'Recompute',
  reconcile: 'Reconcile',
  rollback: 'Roll back',
}
export const planVerb = (kind: PlanKind): string => verbs[kind]

export function draftTitle(draft: Draft, zone: Zone, now: number): string {
  const { kind, pipeline } = draft
  if (kind !== 'rollback')
    return `${verbs[kind]} ${pipeline}, ${formatRange(draft.from, draft.to, zone, now)}`
  return 'version' in draft.to
    ? `Roll back ${pipeline} to v${draft.to.version}`
    : `Roll back ${pipeline} to ${publicationName(draft.to.publication)}`
}

/** Before the first publication speed alone answers. */
export function publicationName(number: number): string {
  return number === 0 ? 'before the first publication' : `publication ${number}`
}

/** Whole windows, at least one, that end no later than now: what a recompute can be asked for. */
export function wholeWindows(range: { from: number; to: number }, windowSizeMs: number, now: number) {
  const last = Math.floor(now / windowSizeMs) * windowSizeMs
  const to = Math.min(Math.ceil(range.to / windowSizeMs) * windowSizeMs, last)
  const from = Math.min(Math.floor(range.from / windowSizeMs) * windowSizeMs, to - windowSizeMs)
  return { from, to }
}
