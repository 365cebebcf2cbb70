import type { BudgetPoint, ObjectiveSpec, ObjectiveState } from '../model'
import { budgetFigures } from './budget'
import type { Counted } from './counted'
import { dayMs, elapsedAt, floorTo, hourMs, minuteMs, type Span } from './objective-window'

const pointsLimit = 360
/** A window up to this long is drawn by the minute. */
const fineMs = 3 * dayMs

type Drawn = Pick<ObjectiveSpec, 'window' | 'target'>

/** How far apart the points of a window's graph are: whole hours, of a short one whole minutes. */
export function graphStep({ from, to }: Span): number {
  const unit = to - from <= fineMs ? minuteMs : hourMs
  return Math.max(1, Math.ceil((to - from) / pointsLimit / unit)) * unit
}

/**
 * The budget left at each instant of the window that is shown, each over the window that ended there. The last point
 * is the stored figure, so that graph and tile agree.
 */
export function budgetGraph(
  { window, target }: Drawn,
  counted: Counted,
  { state, isCorrected }: { state: ObjectiveState; isCorrected: (span: Span) => boolean },
): BudgetPoint[] {
  const stepMs = graphStep(state)
  const points: BudgetPoint[] = []
  const firstEnd = floorTo(state.from, stepMs) + stepMs
  for (let to = firstEnd; to < state.to; to += stepMs)
    points.push(pointAt({ from: Math.max(state.from, to - stepMs), to }))
  points.push({
    ...pointAt({ from: points.at(-1)?.at ?? state.from, to: state.to }),
    now: state.now.budgetLeft,
    then: state.then.budgetLeft,
  })
  return points

  function pointAt(span: Span): BudgetPoint {
    const figures = counted.over(elapsedAt(window, span.to - 1))
    const step = counted.over(span).now
    return {
      at: span.to,
      now: budgetFigures(figures.now, target).budgetLeft,
      then: budgetFigures(figures.then, target).budgetLeft,
      ...step,
      corrected: isCorrected(span),
    }
  }
}

/** Per UTC day that the span touches, oldest first. */
export function daysOf(counted: Counted, { from, to }: Span): { day: number; good: number; total: number }[] {
  const days = []
  for (let day = floorTo(from, dayMs); day < to; day += dayMs)
    days.push({
      day,
      ...counted.over({ from: Math.max(from, day), to: Math.min(to, day + dayMs) }).now,
    })
  return days
}
