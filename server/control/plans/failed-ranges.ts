import { subtract, union } from '../../serving'
import type { EndedRun } from './wanted-windows-store'
import type { Range } from './window-range'

/** What of `within` failed in the last run that tried it; `runs` come newest first. */
export function failedRanges(runs: readonly EndedRun[], within: Range): Range[] {
  const decided: Range[] = []
  const failed: Range[] = []
  for (const run of runs) {
    // Of a run that a person stopped nothing is known; what it left undone is not failed.
    if (run.status === 'cancelled') continue
    const tried = run.items.flatMap(({ from, to, status }) =>
      from === null || to === null
        ? []
        : [{ from, to, isDone: run.status !== 'failed' && status === 'succeeded' }],
    )
    for (const { from, to, isDone } of tried)
      if (!isDone) for (const rest of subtract({ from, to }, decided)) failed.push(rest)
    decided.push(...tried.map(({ from, to }) => ({ from, to })))
  }
  return clipped(failed, within)
}

/** What one job left undone: of a cancelled or failed one everything, since it put nothing in force. */
export function undoneRanges({ status, items }: EndedRun, within: Range): Range[] {
  const undone = items.flatMap(({ from, to, ...item }) =>
    from === null ||
    to === null ||
    (status === 'partial' && item.status === 'succeeded') ||
    status === 'succeeded'
      ? []
      : [{ from, to }],
  )
  return clipped(undone, within)
}

const clipped = (ranges: readonly Range[], within: Range): Range[] =>
  union(ranges)
    .map(({ from, to }) => ({ from: Math.max(from, within.from), to: Math.min(to, within.to) }))
    .filter(({ from, to }) => from < to)
