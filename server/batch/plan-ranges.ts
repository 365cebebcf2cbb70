import type { Instant } from '../pipeline'
import { union, type Range } from '../serving'

const hourMs = 3_600_000

/** More clusters than this are joined where the gap between them is smallest. */
export const maxClusters = 32
const clusterGapMs = hourMs
const spanWindows = 60

export interface RangePlan {
  /** Stretches of windows that need a run; open windows among them are left for later. */
  dirty: readonly Range[]
  windowSizeMs: number
  /** Windows that end at or before this instant are closed. */
  closedUpTo: Instant
}

/** Where versions begin and end, so that runs replace whole versions instead of cutting them up. */
export const spanMs = (windowSizeMs: number): number =>
  floorTo(Math.max(hourMs, spanWindows * windowSizeMs), windowSizeMs)

/** Start of the first window that is not closed. */
export const endOfClosed = (closedUpTo: Instant, windowSizeMs: number): Instant =>
  floorTo(closedUpTo, windowSizeMs)

/**
 * The ranges a scheduled run recomputes: dirty closed windows, snapped outwards to spans (never past the last closed
 * window) and joined where they are within an hour of each other. In order, disjoint, at most 32.
 */
export function planRanges({ dirty, windowSizeMs, closedUpTo }: RangePlan): Range[] {
  const end = endOfClosed(closedUpTo, windowSizeMs)
  const span = spanMs(windowSizeMs)
  const snapped = dirty
    .map(({ from, to }) => ({
      from: floorTo(from, span),
      to: Math.min(end, ceilTo(to, span)),
      starts: floorTo(from, windowSizeMs),
    }))
    .filter(({ starts, to }) => starts < to)
    .map(({ from, to }) => ({ from, to }))
  return joinSmallestGaps(joinWithin(union(snapped), clusterGapMs), maxClusters)
}

function joinWithin(ranges: readonly Range[], gapMs: number): Range[] {
  const joined: Range[] = []
  for (const range of ranges) {
    const last = joined.at(-1)
    if (last !== undefined && range.from - last.to <= gapMs) last.to = range.to
    else joined.push({ ...range })
  }
  return joined
}

function joinSmallestGaps(ranges: readonly Range[], max: number): Range[] {
  if (ranges.length <= max) return [...ranges]
  const gaps = ranges.slice(1).map((range, i) => range.from - (ranges[i]?.to ?? range.from))
  const cut = new Set(
    gaps
      .map((gap, i) => ({ gap, at: i + 1 }))
      .sort((a, b) => b.gap - a.gap || a.at - b.at)
      .slice(0, max - 1)
      .map(({ at }) => at),
  )
  const joined: Range[] = []
  ranges.forEach((range, i) => {
    const last = joined.at(-1)
    if (last !== undefined && !cut.has(i)) last.to = range.to
    else joined.push({ ...range })
  })
  return joined
}

export const floorTo = (at: number, step: number): number => Math.floor(at / step) * step
export const ceilTo = (at: number, step: number): number => Math.ceil(at / step) * step
