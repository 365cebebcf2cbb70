import { overlaps, subtract, type Range } from './ranges'

/**
 * The publication map of a compute: which version answers for which windows. Ranges in force are disjoint. A flip
 * (publish or rollback) is the difference between two maps: entries that end and entries that begin, all under one
 * publication number. Entries it does not touch keep their row, so a flip costs as much as it changes.
 */
export interface MapEntry extends Range {
  versionId: number
}

export interface Flip<Entry extends MapEntry = MapEntry> {
  closed: Entry[]
  added: MapEntry[]
}

/** The flip that puts `entries` (disjoint) in force over `current`; uncovered remains of what they cut stay in force. */
export function flipTo<Entry extends MapEntry>(
  current: readonly Entry[],
  entries: readonly MapEntry[],
): Flip<Entry> {
  const sorted = [...entries].sort((a, b) => a.from - b.from)
  sorted.forEach((entry, i) => {
    const next = sorted[i + 1]
    if (entry.from >= entry.to) throw new RangeError(`empty range [${entry.from}, ${entry.to})`)
    if (next !== undefined && overlaps(entry, next)) {
      throw new RangeError(`ranges overlap at ${next.from}: one publication has one answer for a window`)
    }
  })
  const closed = current.filter((old) => sorted.some((entry) => overlaps(old, entry)))
  const remains = closed.flatMap((old) =>
    subtract(old, sorted).map((rest) => ({ ...rest, versionId: old.versionId })),
  )
  return { closed, added: byFrom([...remains, ...sorted.map(bare)]) }
}

/** The flip that makes the map equal to an earlier one; entries that both have stay untouched. */
export function flipBack<Entry extends MapEntry>(
  current: readonly Entry[],
  target: readonly MapEntry[],
): Flip<Entry> {
  const wanted = new Set(target.map(identity))
  const present = new Set(current.map(identity))
  return {
    closed: current.filter((entry) => !wanted.has(identity(entry))),
    added: byFrom(target.filter((entry) => !present.has(identity(entry))).map(bare)),
  }
}

/** The map after the flip, in order. */
export function applyFlip(current: readonly MapEntry[], flip: Flip): MapEntry[] {
  const closed = new Set(flip.closed.map(identity))
  return byFrom([...current.filter((entry) => !closed.has(identity(entry))).map(bare), ...flip.added])
}

/** Up to where answers come from batch; null: nowhere. */
export function boundaryOfMap(current: readonly Range[]): number | null {
  return current.length === 0 ? null : current.reduce((max, { to }) => Math.max(max, to), -Infinity)
}

/** What `flip` leaves without a version that had one. */
export function uncovered(flip: Flip): Range[] {
  return flip.closed.flatMap((old) => subtract(old, flip.added))
}

const bare = ({ from, to, versionId }: MapEntry): MapEntry => ({ from, to, versionId })
const identity = ({ from, to, versionId }: MapEntry) => `${from}/${to}/${versionId}`
const byFrom = <T extends Range>(entries: T[]): T[] => entries.sort((a, b) => a.from - b.from)
