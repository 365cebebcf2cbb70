import { overlaps, type Range } from '../serving'
import { floorTo } from './plan-ranges'

/** Rows a statement may scan before its range is cut: keeps memory flat whatever the range. */
export const chunkRowsDefault = 10_000_000
const hourMs = 3_600_000
/** Steps looked at in one range; beyond it a step is longer than an hour. */
const maxSteps = 10_000

export interface ArchivedRows {
  minTime: number
  /** Inclusive. */
  maxTime: number
  rows: number
}

/**
 * Cuts a range into chunks of whole hours (whole windows, where these are longer) that hold about `chunkRows` rows
 * each, taking rows as evenly spread over their segment. One hour is never cut.
 */
export function planChunks(input: {
  range: Range
  windowSizeMs: number
  segments: readonly ArchivedRows[]
  chunkRows: number
}): Range[] {
  const { range, windowSizeMs, segments, chunkRows } = input
  const coarse = Math.max(hourMs, windowSizeMs, (range.to - range.from) / maxSteps)
  const stepMs = Math.max(windowSizeMs, floorTo(coarse + windowSizeMs - 1, windowSizeMs))
  const touching = segments.filter(({ minTime, maxTime }) =>
    overlaps(range, { from: minTime, to: maxTime + 1 }),
  )
  const total = touching.reduce((sum, segment) => sum + rowsIn(segment, range), 0)
  if (total <= chunkRows) return [range]
  const chunks: Range[] = []
  let rows = 0
  for (let from = range.from; from < range.to;) {
    const to = Math.min(range.to, floorTo(from, stepMs) + stepMs)
    const step = { from, to }
    const inStep = touching.reduce((sum, segment) => sum + rowsIn(segment, step), 0)
    const last = chunks.at(-1)
    if (last !== undefined && rows + inStep <= chunkRows) {
      last.to = to
      rows += inStep
    } else {
      chunks.push(step)
      rows = inStep
    }
    from = to
  }
  return chunks
}

/** Rows of a segment that fall into a range, taken as evenly spread. */
export function rowsIn({ minTime, maxTime, rows }: ArchivedRows, range: Range): number {
  const shared = Math.min(maxTime + 1, range.to) - Math.max(minTime, range.from)
  return shared <= 0 ? 0 : (rows * shared) / (maxTime + 1 - minTime)
}
