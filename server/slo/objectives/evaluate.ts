import type { BurnFigure, ObjectiveSpec, ObjectiveState, ObjectiveStatus } from '../model'
import { budgetFigures, budgetOf, burnRate, exhaustedIn } from './budget'
import { burnPairsOf, type BurnPair } from './burn-pairs'
import type { Counted } from './counted'
import {
  dayMs,
  elapsedAt,
  floorTo,
  hourMs,
  lengthMs,
  minuteMs,
  windowAt,
  type Span,
} from './objective-window'
import { minuteWindowMs } from './series'

type Judged = Pick<ObjectiveSpec, 'id' | 'target' | 'window' | 'minTotal' | 'urgency'>

/** Budget, burn rates and status of an objective at an instant, from what was counted. */
export function evaluate(
  spec: Judged,
  counted: Counted,
  { now, since }: { now: number; since: number | null },
): ObjectiveState {
  const { target } = spec
  const span = elapsedAt(spec.window, now)
  const figures = counted.over(span)
  const budgets = { now: budgetFigures(figures.now, target), then: budgetFigures(figures.then, target) }
  const pace = {
    budgetLeft: budgets.then.budgetLeft,
    windowMs: lengthMs(spec.window),
    leftMs: spec.window.kind === 'calendar' ? windowAt(spec.window, now).to - span.to : null,
  }
  const burns = burnPairsOf(spec.window).map((pair) => burnOf(spec, counted, { pair, pace, to: span.to }))
  const status = statusOf(spec, budgets, burns)
  const isMissed = status === 'burning' || status === 'exhausted'
  return {
    id: spec.id,
    at: now,
    status,
    ...span,
    ...budgets,
    budgetTotal: figures.now.total === 0 ? null : budgetOf(figures.now, target),
    burns,
    burn1h: burnRate(counted.over({ from: span.to - hourMs, to: span.to }).then, target),
    usedIn24h: usedInDay(spec, counted, { span, total: figures.then.total }),
    exhaustedInS: exhaustedIn(burns.find(({ pair }) => pair === 'page_slow')?.long ?? null, pace),
    since: isMissed ? (since ?? now) : null,
    probeShare: figures.then.total === 0 ? 0 : figures.probe / figures.then.total,
    corrected: counted.correctedIn(span),
  }
}

/** What a burn window of a length covers: by the minute, or from the start of an hour where it is long. */
export function burnSpan(to: number, lengthOfMs: number): Span {
  const from = to - lengthOfMs
  return { from: lengthOfMs <= minuteWindowMs ? from : floorTo(from, hourMs), to }
}

export type Pace = Parameters<typeof exhaustedIn>[1]

export function burnOf(
  { target, minTotal, urgency }: Judged,
  counted: Counted,
  { pair, pace, to }: { pair: BurnPair; pace: Pace; to: number },
): BurnFigure {
  const { longMs, shortMs, threshold } = pair
  const inLong = counted.over(burnSpan(to, longMs)).then
  const long = burnRate(inLong, target)
  const short = burnRate(counted.over(burnSpan(to, shortMs)).then, target)
  const isLowTraffic = inLong.total < minTotal
  return {
    pair: pair.pair,
    severity: urgency === 'ticket' ? 'ticket' : pair.severity,
    longMinutes: longMs / minuteMs,
    shortMinutes: shortMs / minuteMs,
    threshold,
    long,
    short,
    total: inLong.total,
    exhaustedInS: exhaustedIn(long, pace),
    isFiring: !isLowTraffic && (long ?? 0) > threshold && (short ?? 0) > threshold,
    isLowTraffic,
  }
}

/**
 * Share of the whole window's budget that the last day used. A window with little history yet is taken to go on at
 * its rate: a bad first minute is not a month's budget.
 */
function usedInDay(
  { target, window }: Judged,
  counted: Counted,
  { span, total }: { span: Span; total: number },
): number | null {
  if (total === 0) return null
  const { good, total: inDay } = counted.over({
    from: Math.max(span.from, span.to - dayMs),
    to: span.to,
  }).then
  const first = Math.max(span.from, counted.firstFrom(span.from) ?? span.from)
  const expected = (total * lengthMs(window)) / Math.max(minuteMs, span.to - first)
  return (inDay - good) / ((1 - target) * expected)
}

/** Less than this of a budget is the arithmetic's own. */
const rounding = 1e-9

function statusOf(
  { minTotal }: Judged,
  { now, then }: Pick<ObjectiveState, 'now' | 'then'>,
  burns: readonly BurnFigure[],
): ObjectiveStatus {
  if (now.budgetLeft === null) return 'no_data'
  if (now.total < minTotal && then.total < minTotal) return 'low_traffic'
  if (now.budgetLeft < -rounding) return 'exhausted'
  return burns.some(({ isFiring }) => isFiring) ? 'burning' : 'met'
}
