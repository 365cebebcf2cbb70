const gapSteps = 10
const clustersLimit = 8

export interface Range {
  from: number
  to: number
}

/** Steps gathered into few ranges to read: near ones together, and all in one when there are too many groups. */
export function clusters(starts: readonly number[], stepMs: number): Range[] {
  const groups: Range[] = []
  for (const start of [...starts].sort((a, b) => a - b)) {
    const last = groups.at(-1)
    if (last && start - last.to <= gapSteps * stepMs) last.to = Math.max(last.to, start + stepMs)
    else groups.push({ from: start, to: start + stepMs })
  }
  const first = groups[0]
  const last = groups.at(-1)
  return first && last && groups.length > clustersLimit ? [{ from: first.from, to: last.to }] : groups
}
