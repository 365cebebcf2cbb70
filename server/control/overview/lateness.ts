import type { LateSpell, SharePoint } from './model'

/** A minute of one pipeline's objective, as known now. */
export interface SliMinutePoint {
  pipeline: string
  minute: number
  good: number
  total: number
}

export const minuteMs = 60_000
const steps = [1, 5, 15, 60, 360, 1_440].map((minutes) => minutes * minuteMs)
const pointsWanted = 100

/** Width of a point of the line: the narrowest of which at most a hundred fit. */
export const lineStep = (rangeMs: number): number =>
  steps.find((step) => rangeMs / step <= pointsWanted) ?? Math.ceil(rangeMs / pointsWanted)

/** Minutes in a row that missed the target. A minute without data ends a spell: nothing is known of it. */
export function spellsOf(minutes: readonly Omit<SliMinutePoint, 'pipeline'>[], target: number): LateSpell[] {
  const spells: LateSpell[] = []
  for (const { minute, good, total } of [...minutes].sort((a, b) => a.minute - b.minute)) {
    if (total === 0 || good / total >= target) continue
    const last = spells.at(-1)
    if (last?.to === minute) {
      last.to = minute + minuteMs
      last.good += good
      last.total += total
    } else spells.push({ from: minute, to: minute + minuteMs, good, total })
  }
  return spells
}

export interface LineRange {
  from: number
  to: number
  stepMs: number
}

/**
 * One point a step, gaps included: the mean of the shares of the pipelines that have data there, so that a busy one
 * does not hide a quiet one. It is how the overall objective weighs them.
 */
export function lineOf(minutes: readonly SliMinutePoint[], { from, to, stepMs }: LineRange): SharePoint[] {
  const first = Math.floor(from / stepMs)
  const count = Math.ceil(to / stepMs) - first
  const buckets = Array.from({ length: count }, () => new Map<string, { good: number; total: number }>())
  for (const { pipeline, minute, good, total } of minutes) {
    const bucket = buckets[Math.floor(minute / stepMs) - first]
    if (!bucket || total === 0) continue
    const sum = bucket.get(pipeline) ?? { good: 0, total: 0 }
    bucket.set(pipeline, { good: sum.good + good, total: sum.total + total })
  }
  return buckets.map((bucket, i) => ({ at: (first + i) * stepMs, ...meanShare([...bucket.values()]) }))
}

export function meanShare(parts: readonly { good: number; total: number }[]): Omit<SharePoint, 'at'> {
  const known = parts.filter(({ total }) => total > 0)
  const sum = (of: 'good' | 'total') => known.reduce((n, part) => n + part[of], 0)
  const share =
    known.length === 0 ? null : known.reduce((n, { good, total }) => n + good / total, 0) / known.length
  return { share, good: sum('good'), total: sum('total') }
}
