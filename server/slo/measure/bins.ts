/** Bin i > 0 covers (2^((i−1)/4), 2^(i/4)]; bin 0 all up to 1. Relative width 19 %. */
const perOctave = 4
const lastBin = 200

export type Bins = Readonly<Record<string, number>>

export function binOf(value: number): number {
  if (!(value > 1)) return 0
  const bin = Math.ceil(Math.log2(value) * perOctave)
  // The logarithm may be off by one unit in the last place at an edge.
  const settled = value <= binUpper(bin - 1) ? bin - 1 : value > binUpper(bin) ? bin + 1 : bin
  return Math.min(lastBin, settled)
}

export const binUpper = (bin: number): number => (bin < 0 ? 0 : 2 ** (bin / perOctave))
const binLower = (bin: number): number => (bin <= 0 ? 0 : binUpper(bin - 1))

export function addBins(into: Map<number, number>, bins: Bins): void {
  for (const [bin, count] of Object.entries(bins)) into.set(Number(bin), (into.get(Number(bin)) ?? 0) + count)
}

/** The value that a share `q` of the values does not exceed, within its bin's width; null: there are none. */
export function quantileOf(bins: ReadonlyMap<number, number>, q: number, max = Infinity): number | null {
  const sorted = [...bins].sort(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return null
  const rank = q * total
  let before = 0
  for (const [bin, count] of sorted) {
    if (before + count >= rank && count > 0) {
      const upper = Math.min(binUpper(bin), max)
      const lower = Math.min(binLower(bin), upper)
      // All of the lowest bin may well be 0: it is not spread.
      return bin === 0
        ? Math.min(max, rank === 0 ? 0 : upper)
        : lower + ((upper - lower) * (rank - before)) / count
    }
    before += count
  }
  return max
}

/** About how many of the values do not exceed `threshold`: exact at the edge of a bin, spread evenly within one. */
export function countUpTo(bins: ReadonlyMap<number, number>, threshold: number): number {
  let good = 0
  for (const [bin, count] of bins) {
    const upper = binUpper(bin)
    const lower = binLower(bin)
    if (upper <= threshold) good += count
    else if (bin > 0 && lower < threshold) good += (count * (threshold - lower)) / (upper - lower)
    else if (bin === 0 && threshold >= 0) good += count
  }
  return good
}
