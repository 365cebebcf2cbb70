import type { Instant } from '../pipeline'
import type { Range } from '../serving'

/** A version that was compared with what was served at its cut. */
export interface ComparedVersion extends Range {
  id: number
  published: boolean
  /** Settled watermark of its cut; null: nothing was settled. */
  watermark: Instant | null
}

export interface InForce extends Range {
  versionId: number
}

/** A stretch of windows that share one answer to "was this compared, and by which version". */
export interface Segment extends Range {
  /** Newest version compared here; null: none. */
  comparedBy: ComparedVersion | null
  /** The version that answers here; null: speed alone. */
  active: number | null
  /** Whose cells tell which cells there are: of what answers, or of a proposal that waits. */
  cellsOf: number | null
}

/** Cuts a range where any version begins or ends, oldest first; neighbours that say the same are one. */
export function segmentsOf(
  { from, to }: Range,
  compared: readonly ComparedVersion[],
  inForce: readonly InForce[],
): Segment[] {
  const breaks = new Set([from, to])
  for (const range of [...compared, ...inForce])
    for (const at of [range.from, range.to]) if (at > from && at < to) breaks.add(at)
  const at = [...breaks].sort((a, b) => a - b)
  const newestFirst = [...compared].sort((a, b) => b.id - a.id)
  const segments: Segment[] = []
  for (let i = 0; i + 1 < at.length; i++) {
    const start = at[i] ?? from
    const end = at[i + 1] ?? to
    const covers = (range: Range) => range.from <= start && range.to >= end
    const comparedBy = newestFirst.find(covers) ?? null
    const active = inForce.find(covers)?.versionId ?? null
    const cellsOf = comparedBy === null ? null : (active ?? comparedBy.id)
    const last = segments.at(-1)
    if (last?.comparedBy === comparedBy && last.active === active) last.to = end
    else segments.push({ from: start, to: end, comparedBy, active, cellsOf })
  }
  return segments
}

/** The segment a window lies in; segments are in order and leave no gap. */
export function segmentAt(segments: readonly Segment[], at: Instant): Segment | undefined {
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((segments[middle]?.from ?? Infinity) <= at) low = middle
    else high = middle - 1
  }
  return segments[low]
}
