import type { Instant } from '../pipeline'

/** Half-open stretch of event time. */
export interface Range {
  from: Instant
  to: Instant
}

export const overlaps = (a: Range, b: Range): boolean => a.from < b.to && b.from < a.to

export const intersection = (a: Range, b: Range): Range | null =>
  overlaps(a, b) ? { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) } : null

/** The windows that start in the range, as a range of whole windows. */
export function alignToWindows({ from, to }: Range, windowSizeMs: number): Range {
  return {
    from: Math.ceil(from / windowSizeMs) * windowSizeMs,
    to: Math.ceil(to / windowSizeMs) * windowSizeMs,
  }
}

/** What of `range` none of `cuts` covers, in order. */
export function subtract(range: Range, cuts: readonly Range[]): Range[] {
  const remains: Range[] = []
  let from = range.from
  for (const cut of [...cuts].sort((a, b) => a.from - b.from)) {
    if (cut.to <= from) continue
    if (cut.from >= range.to) break
    if (cut.from > from) remains.push({ from, to: cut.from })
    from = Math.max(from, cut.to)
  }
  if (from < range.to) remains.push({ from, to: range.to })
  return remains
}

/** Overlapping and touching ranges joined, in order. */
export function union(ranges: readonly Range[]): Range[] {
  const joined: Range[] = []
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last !== undefined && range.from <= last.to) last.to = Math.max(last.to, range.to)
    else joined.push({ ...range })
  }
  return joined
}
