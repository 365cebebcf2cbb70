/** Half-open stretch of event time on the window grid. */
export interface Range {
  from: number
  to: number
}

export const floorTo = (at: number, step: number): number => Math.floor(at / step) * step
export const ceilTo = (at: number, step: number): number => Math.ceil(at / step) * step

/** All windows the range touches. */
export const snapOutwards = ({ from, to }: Range, windowSizeMs: number): Range => ({
  from: floorTo(from, windowSizeMs),
  to: ceilTo(to, windowSizeMs),
})

/**
 * End of the last window that a person may recompute: by the clock it is over, and so is its lateness. Event time
 * never runs ahead of the log's clock in a watermark, so every window that can hold late events ends before.
 */
export function endOfClosedWindows(
  { windowSizeMs, lateness }: { windowSizeMs: number; lateness: { outOfOrderMs: number; allowedMs: number } },
  now: number,
): number {
  return floorTo(now - lateness.outOfOrderMs - lateness.allowedMs, windowSizeMs)
}

export const maxItems = 24
const hourMs = 3_600_000
const spanWindows = 60

/**
 * Cuts a range into at most `maxItems` parts of whole spans. Parts begin and end inside `extent`, where the data is;
 * the first and last reach out to the ends of the range.
 */
export function splitRange(range: Range, windowSizeMs: number, extent: Range | null): Range[] {
  const inner = extent && { from: Math.max(range.from, extent.from), to: Math.min(range.to, extent.to) }
  if (!inner || inner.from >= inner.to) return [range]
  const span = ceilTo(Math.max(hourMs, spanWindows * windowSizeMs), windowSizeMs)
  const spans = Math.ceil((inner.to - floorTo(inner.from, span)) / span)
  const step = Math.ceil(spans / maxItems) * span
  const parts: Range[] = []
  let from = range.from
  for (let at = floorTo(inner.from, span) + step; at < inner.to; at += step) {
    if (at <= from) continue
    parts.push({ from, to: at })
    from = at
  }
  return [...parts, { from, to: range.to }]
}
