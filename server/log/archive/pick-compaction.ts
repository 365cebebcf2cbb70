export interface Mergeable {
  rows: number
  bytes: number
}

export const compactionTargetRows = 1_000_000
const fanIn = 8
const maxFanIn = 64
const smallestTierRows = 1_000

/**
 * Which neighbours to merge next, as [from, to) of segments in log order, or null. Segments fall into tiers of eight
 * times the rows; eight or more neighbours of the lowest tiers become one of the next, so that a row is rewritten
 * once a tier. Segments at the target are left alone.
 */
export function pickCompaction(segments: readonly Mergeable[]): [from: number, to: number] | null {
  const tiers = segments.map(({ rows }) => tierOf(rows))
  for (let tier = 0; tier < tierOf(compactionTargetRows); tier++) {
    const range = firstRun(segments, tiers, tier)
    if (range) return range
  }
  return null
}

function firstRun(
  segments: readonly Mergeable[],
  tiers: readonly number[],
  tier: number,
): [number, number] | null {
  for (let from = 0; from < segments.length; from++) {
    let to = from
    let rows = 0
    while (to < segments.length && to - from < maxFanIn && (tiers[to] ?? 0) <= tier) {
      rows += segments[to]?.rows ?? 0
      if (rows > compactionTargetRows) break
      to++
    }
    if (to - from >= fanIn) return [from, to]
    if (to > from && rows <= compactionTargetRows) from = to
  }
  return null
}

const tierOf = (rows: number): number =>
  rows < smallestTierRows ? 0 : 1 + Math.floor(Math.log(rows / smallestTierRows) / Math.log(fanIn))
