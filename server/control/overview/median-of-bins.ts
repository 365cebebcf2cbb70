/**
 * The median of values of which only the bins are kept: bin i holds `edges[i − 1] < value ≤ edges[i]`. Within its bin
 * it is taken on a logarithmic scale, since the bins are. Null without values.
 */
export function medianOfBins(bins: readonly number[], edges: readonly number[]): number | null {
  const total = bins.reduce((sum, n) => sum + n, 0)
  if (total === 0) return null
  let before = 0
  for (const [i, n] of bins.entries()) {
    if (n > 0 && before + n >= total / 2) return within((total / 2 - before) / n, edges[i - 1] ?? 0, edges[i])
    before += n
  }
  return null
}

function within(share: number, low: number, high: number | undefined): number {
  if (high === undefined || !Number.isFinite(high)) return low
  return low <= 0 ? high * share : low * (high / low) ** share
}
