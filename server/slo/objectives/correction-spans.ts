import type { BudgetCorrectionView } from '../model'
import { floorTo, minuteMs, type Span } from './objective-window'
import { addUnits } from './zoned-time'

type Recurring = Pick<BudgetCorrectionView, 'from' | 'to' | 'recurrence'>

/** The times a correction is in force that touch `within`; it recurs at the same time of the day in UTC. */
export function occurrencesOf({ from, to, recurrence }: Recurring, within: Span): Span[] {
  if (recurrence === null) return touches({ from, to }, within) ? [{ from, to }] : []
  const { every, until } = recurrence
  const spans: Span[] = []
  const shortestMs = { day: 1, week: 7, month: 31 }[every] * 86_400_000
  const skipped = Math.max(0, Math.floor((within.from - to) / shortestMs) - 1)
  for (let k = skipped; ; k++) {
    const start = addUnits(from, every, k)
    if (start >= within.to || (until !== null && start >= until)) return spans
    const span = { from: start, to: start + (to - from) }
    if (touches(span, within)) spans.push(span)
  }
}

/** The corrected minutes of a window: whole minutes, joined where they meet, in order. */
export function correctedSpans(corrections: readonly Recurring[], within: Span): Span[] {
  const spans = corrections
    .flatMap((correction) => occurrencesOf(correction, within))
    .map(({ from, to }) => ({
      from: floorTo(Math.max(from, within.from), minuteMs),
      to: floorTo(Math.min(to, within.to) + minuteMs - 1, minuteMs),
    }))
    .sort((a, b) => a.from - b.from)
  const joined: Span[] = []
  for (const span of spans) {
    const last = joined.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else joined.push({ ...span })
  }
  return joined
}

const touches = (a: Span, b: Span) => a.from < b.to && a.to > b.from
