import { overlaps, type Range } from '../serving'
import { ceilTo, floorTo } from './plan-ranges'

/** Rows a statement may scan before its range is cut: keeps memory flat whatever the range, spilling little. */
export const chunkRowsDefault = 2_000_000
const hourMs = 3_600_000
/** Where an hour holds more than a chunk may, it is cut into so many at most. */
const cutsOfHour = 12
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
 * each, taking rows as evenly spread over their segment. An hour that holds more is cut into as few parts as will do,
 * twelve at most.
 */
export function planChunks(input: {
  range: Range
  windowSizeMs: number
  segments: readonly ArchivedRows[]
  chunkRows: number
}): Range[] {
  const { range, windowSizeMs, segments, chunkRows } = input
  const touching = segments.filter(({ minTime, maxTime }) =>
    overlaps(range, { from: minTime, to: maxTime + 1 }),
  )
  const total = touching.reduce((sum, segment) => sum + rowsIn(segment, range), 0)
  if (total <= chunkRows) return [range]
  const parts = Math.min(cutsOfHour, Math.max(1, Math.ceil(rowsInHour(touching) / chunkRows)))
  const coarse = Math.max(hourMs / parts, windowSizeMs, (range.to - range.from) / maxSteps)
  const stepMs = Math.max(windowSizeMs, ceilTo(Math.floor(coarse), windowSizeMs))
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

/** Of the densest segment. */
const rowsInHour = (segments: readonly ArchivedRows[]): number =>
  Math.max(
    0,
    ...segments.map(({ rows, minTime, maxTime }) => rows / Math.max(1, (maxTime + 1 - minTime) / hourMs)),
  )

/** Rows of a segment that fall into a range, taken as evenly spread. */
export function rowsIn({ minTime, maxTime, rows }: ArchivedRows, range: Range): number {
  const shared = Math.min(maxTime + 1, range.to) - Math.max(minTime, range.from)
  return shared <= 0 ? 0 : (rows * shared) / (maxTime + 1 - minTime)
}
