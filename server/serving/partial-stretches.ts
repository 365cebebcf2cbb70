import type { Instant } from '../pipeline'
import { judge, type Coverage, type Hole } from './merge'
import { intersection, subtract, type Range } from './ranges'

/** Whole windows that lack events, also where nothing was counted and so no cell can say it. */
export interface PartialStretch extends Range {
  /** What is missing. */
  hole: string
}

/** Told at once; beyond it the last one reaches to the end of all that follow: never less than what is partial. */
export const partialStretchesLimit = 100

/** Where the pieces' windows lack events, in order, disjoint; each named by its first hole. */
export function partialStretches(
  pieces: readonly Piece[],
  holes: readonly Hole[],
  windowSizeMs: number,
): PartialStretch[] {
  const found = holes.flatMap((hole) => {
    const touched = windowsOf(hole, windowSizeMs)
    return pieces.flatMap(({ window: piece, coverage }) => {
      const window = intersection(piece, touched)
      if (window === null) return []
      const judged = judge({ window, coverage, touchedAfterCut: false, holes: [hole] })
      return judged.hole === null ? [] : [{ ...window, hole: judged.hole }]
    })
  })
  return joined(found)
}

export interface Piece {
  window: Range
  /** Null: no version answers for it. */
  coverage: Coverage | null
}

/** A range by what answers from batch for it, and where nothing does. */
export function piecesOf(range: Range, covered: readonly (Range & Coverage)[]): Piece[] {
  const answered = covered.flatMap((coverage) => {
    const window = intersection(coverage, range)
    return window === null ? [] : [{ window, coverage }]
  })
  return [...answered, ...subtract(range, covered).map((window) => ({ window, coverage: null }))]
}

function windowsOf({ fromTime, toTime }: Hole, windowSizeMs: number): Range {
  const startOf = (time: Instant) => Math.floor(time / windowSizeMs) * windowSizeMs
  return {
    from: fromTime === null ? -Infinity : startOf(fromTime),
    to: toTime === null ? Infinity : startOf(toTime) + windowSizeMs,
  }
}

function joined(found: readonly PartialStretch[]): PartialStretch[] {
  const stretches: PartialStretch[] = []
  for (const stretch of [...found].sort((a, b) => a.from - b.from)) {
    const last = stretches.at(-1)
    const isFull = stretches.length >= partialStretchesLimit
    if (last !== undefined && (stretch.from <= last.to || isFull)) last.to = Math.max(last.to, stretch.to)
    else stretches.push(stretch)
  }
  return stretches
}
