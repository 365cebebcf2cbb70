import { readInstant, writeInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import type { BackfillMode, Guard, RecomputeDraft } from './draft'

/** The options of a recompute as they are typed. */
export interface RecomputeForm {
  from: string
  to: string
  mode: BackfillMode
  order: 'oldest' | 'newest'
  /** Separated by commas; empty: all. */
  keys: string
  /** Empty: at once. */
  runAt: string
  guarded: boolean
  minutes: string
  /** Per cent; empty: no bound. */
  divergence: string
  freshness: string
}

export function formOf(draft: RecomputeDraft, zone: Zone): RecomputeForm {
  const { from, to, mode, order, keys, runAt, guard } = draft
  return {
    from: writeInstant(from, zone),
    to: writeInstant(to, zone),
    mode: mode ?? 'all',
    order: order ?? 'oldest',
    keys: keys?.join(', ') ?? '',
    runAt: runAt === undefined ? '' : writeInstant(runAt, zone),
    guarded: guard !== undefined,
    minutes: String(guard?.minutes ?? 10),
    divergence:
      guard?.divergence === undefined ? '' : String(Number((guard.divergence * 100).toPrecision(6))),
    freshness: guard?.freshnessS === undefined ? '' : String(guard.freshnessS),
  }
}

/** What the form asks for, or what is wrong with it in one sentence. */
export function readForm(
  form: RecomputeForm,
  draft: RecomputeDraft,
  zone: Zone,
): { draft: RecomputeDraft } | { problem: string } {
  const from = readInstant(form.from, zone)
  const to = readInstant(form.to, zone)
  if (from === null || to === null) return { problem: 'Both ends need a date and a time.' }
  if (from >= to) return { problem: 'The start must be before the end.' }
  const { kind, pipeline, retryOf } = draft
  const next: RecomputeDraft = { kind, pipeline, from, to }
  const keys = form.keys
    .split(',')
    .map((key) => key.trim())
    .filter(Boolean)
  if (keys.length > 100) return { problem: 'At most 100 keys fit one plan.' }
  if (keys.length > 0) next.keys = keys
  const guard = readGuard(form)
  if (typeof guard === 'string') return { problem: guard }
  if (guard) next.guard = guard
  if (kind === 'reconcile') return { draft: next }
  next.mode = form.mode
  if (form.mode === 'failed' && retryOf) next.retryOf = retryOf
  if (form.order === 'newest') next.order = 'newest'
  if (form.runAt.trim() === '') return { draft: next }
  const runAt = readInstant(form.runAt, zone)
  if (runAt === null) return { problem: 'The time to run at needs a date and a time, or stays empty.' }
  return { draft: { ...next, runAt } }
}

function readGuard(form: RecomputeForm): Guard | string | null {
  if (!form.guarded) return null
  const minutes = Number(form.minutes)
  if (!(minutes > 0 && minutes <= 1_440)) return 'The watch lasts more than 0 and at most 1440 minutes.'
  const guard: Guard = { minutes }
  if (form.divergence.trim() !== '') {
    const percent = Number(form.divergence)
    if (!(percent >= 0)) return 'The bound on divergence is a share in per cent.'
    guard.divergence = percent / 100
  }
  if (form.freshness.trim() !== '') {
    const seconds = Number(form.freshness)
    if (!(seconds > 0)) return 'The bound on freshness is a number of seconds above 0.'
    guard.freshnessS = seconds
  }
  return guard.divergence === undefined && guard.freshnessS === undefined
    ? 'A watch needs a bound: on divergence, on freshness, or both.'
    : guard
}
