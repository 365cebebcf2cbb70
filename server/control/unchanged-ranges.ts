import { union, type Range } from '../serving'

type Entry = Range & { versionId: number }

/** Of `ranges`, where the map says the same in both states: the same version, or none. */
export function unchangedRanges(
  then: readonly Entry[],
  now: readonly Entry[],
  ranges: readonly Range[],
): Range[] {
  const ends = [...new Set([...then, ...now, ...ranges].flatMap(({ from, to }) => [from, to]))].sort(
    (a, b) => a - b,
  )
  const same: Range[] = []
  for (const [i, from] of ends.entries()) {
    const to = ends[i + 1]
    if (to === undefined || !ranges.some((range) => range.from <= from && to <= range.to)) continue
    if (at(then, from) === at(now, from)) same.push({ from, to })
  }
  return union(same)
}

const at = (entries: readonly Entry[], instant: number): number | null =>
  entries.find(({ from, to }) => from <= instant && instant < to)?.versionId ?? null
