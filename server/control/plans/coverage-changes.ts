import type { Change } from './command'
import type { Range } from './window-range'
import { iso } from './instant'

type Covered = Range & { version: number }

const shownChanges = 20

/** Where inside `ranges` another version answers now than then: stretch by stretch, joined where they say the same. */
export function coverageChanges(
  then: readonly Covered[],
  now: readonly Covered[],
  ranges: readonly Range[],
): Change[] {
  const ends = [...new Set([...then, ...now, ...ranges].flatMap(({ from, to }) => [from, to]))].sort(
    (a, b) => a - b,
  )
  const changed: (Range & { expected: number | null; found: number | null })[] = []
  for (const [i, from] of ends.entries()) {
    const to = ends[i + 1]
    if (to === undefined || !ranges.some((range) => range.from <= from && to <= range.to)) continue
    const [expected, found] = [at(then, from), at(now, from)]
    if (expected === found) continue
    const last = changed.at(-1)
    if (last?.to === from && last.expected === expected && last.found === found) last.to = to
    else changed.push({ from, to, expected, found })
  }
  return changed.slice(0, shownChanges).map(({ from, to, expected, found }) => ({
    what: `version from ${iso(from)} to ${iso(to)}`,
    expected: named(expected),
    found: named(found),
  }))
}

const at = (entries: readonly Covered[], instant: number): number | null =>
  entries.find(({ from, to }) => from <= instant && instant < to)?.version ?? null

const named = (version: number | null) =>
  version === null ? 'none, speed alone answers' : `version ${version}`
