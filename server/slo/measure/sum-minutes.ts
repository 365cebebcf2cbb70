import type { GoodTotal } from '../model'
import { minuteMs } from './minute'
import type { SliceCounts, SliMinuteRow } from './sli'

type MinuteFigures = Pick<SliMinuteRow, 'minute' | 'then' | 'now' | 'probe'>

export interface MinuteSum {
  then: GoodTotal
  now: GoodTotal
  probe: number
}

export function sumMinutes(minutes: readonly MinuteFigures[]): MinuteSum {
  const sum: MinuteSum = { then: { good: 0, total: 0 }, now: { good: 0, total: 0 }, probe: 0 }
  for (const { then, now, probe } of minutes) {
    addTo(sum.then, then)
    addTo(sum.now, now)
    sum.probe += probe
  }
  return sum
}

/** Slices of so many minutes, aligned to the clock; one without data is none. */
export function sumSlices(
  minutes: readonly MinuteFigures[],
  kind: { minutes: number; target: number },
): SliceCounts {
  const counts: SliceCounts = { then: { good: 0, total: 0 }, now: { good: 0, total: 0 } }
  const sizeMs = kind.minutes * minuteMs
  const slices = new Map<number, MinuteFigures[]>()
  for (const figures of minutes) {
    const slice = Math.floor(figures.minute / sizeMs)
    const known = slices.get(slice)
    if (known === undefined) slices.set(slice, [figures])
    else known.push(figures)
  }
  for (const slice of slices.values()) {
    const sum = sumMinutes(slice)
    countSlice(counts.then, sum.then, kind.target)
    countSlice(counts.now, sum.now, kind.target)
  }
  return counts
}

function countSlice(into: GoodTotal, { good, total }: GoodTotal, target: number): void {
  if (total === 0) return
  into.total++
  if (good / total >= target) into.good++
}

function addTo(into: GoodTotal, { good, total }: GoodTotal): void {
  into.good += good
  into.total += total
}
