import type { GoodTotal } from '../model'
import { noFigures, type Figures } from './columns'
import { correctedSpans } from './correction-spans'
import type { Span } from './objective-window'
import type { Series } from './series'
import type { BudgetCorrectionView } from '../model'

/** What an objective counts, whatever it is made of. */
export interface Counted {
  /** Without what corrections leave out. */
  over: (span: Span) => Figures
  /** What corrections leave out, as known now. */
  correctedIn: (span: Span) => GoodTotal
  /** Start of the first data at or after an instant. */
  firstFrom: (from: number) => number | null
}

type Recurring = Pick<BudgetCorrectionView, 'from' | 'to' | 'recurrence'>

/** A series without the stretches of planned work. */
export function correctedSeries(series: Series, corrections: readonly Recurring[]): Counted {
  return {
    over(span) {
      const spans = corrections.length === 0 ? [] : correctedSpans(corrections, span)
      if (spans.length === 0) return series.sum(span)
      const sum = noFigures()
      for (const between of uncorrected(span, spans)) add(sum, series.sum(between))
      return sum
    },
    correctedIn(span) {
      const sum = noFigures()
      for (const corrected of correctedSpans(corrections, span)) add(sum, series.sum(corrected))
      return sum.now
    },
    firstFrom: (from) => series.firstFrom(from),
  }
}

/** Several objectives as one: attained is the weighted mean of what those with data attained. */
export function composite(parts: readonly { counted: Counted; weight: number }[]): Counted {
  return {
    over(span) {
      const sums = parts.map(({ counted, weight }) => ({ ...counted.over(span), weight }))
      return {
        then: weighted(sums.map(({ then, weight }) => ({ ...then, weight }))),
        now: weighted(sums.map(({ now, weight }) => ({ ...now, weight }))),
        probe: sums.reduce((sum, { probe }) => sum + probe, 0),
      }
    },
    correctedIn(span) {
      const sum = { good: 0, total: 0 }
      for (const { counted } of parts) addTo(sum, counted.correctedIn(span))
      return sum
    },
    firstFrom(from) {
      const firsts = parts.flatMap(({ counted }) => counted.firstFrom(from) ?? [])
      return firsts.length === 0 ? null : Math.min(...firsts)
    },
  }
}

/** Total is of all parts; good is the share attained of it, so that both say the same. */
function weighted(parts: readonly (GoodTotal & { weight: number })[]): GoodTotal {
  let total = 0
  let attained = 0
  let weights = 0
  for (const part of parts) {
    if (part.total === 0) continue
    total += part.total
    weights += part.weight
    attained += (part.weight * part.good) / part.total
  }
  return { good: weights === 0 ? 0 : (attained / weights) * total, total }
}

/** The stretches between corrected ones, which are in order and apart. */
export function uncorrected(span: Span, corrected: readonly Span[]): Span[] {
  const between: Span[] = []
  let from = span.from
  for (const { from: start, to: end } of corrected) {
    if (start > from) between.push({ from, to: start })
    from = Math.max(from, end)
  }
  if (from < span.to) between.push({ from, to: span.to })
  return between
}

function add(into: Figures, from: Figures): void {
  addTo(into.then, from.then)
  addTo(into.now, from.now)
  into.probe += from.probe
}

function addTo(into: GoodTotal, { good, total }: GoodTotal): void {
  into.good += good
  into.total += total
}
