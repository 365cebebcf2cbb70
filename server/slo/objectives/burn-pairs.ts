import type { BurnFigure, ObjectiveWindow } from '../model'
import { dayMs, hourMs, lengthMs, minuteMs } from './objective-window'

export interface BurnPair extends Pick<BurnFigure, 'pair' | 'severity' | 'threshold'> {
  longMs: number
  shortMs: number
}

const referenceMs = 30 * dayMs

/** SRE workbook, chapter 5, for 30 days: long and short window, and the burn rate that both must exceed. */
const reference: readonly BurnPair[] = [
  { pair: 'page_fast', severity: 'page', longMs: hourMs, shortMs: 5 * minuteMs, threshold: 14.4 },
  { pair: 'page_slow', severity: 'page', longMs: 6 * hourMs, shortMs: 30 * minuteMs, threshold: 6 },
  { pair: 'ticket_fast', severity: 'ticket', longMs: dayMs, shortMs: 2 * hourMs, threshold: 3 },
  { pair: 'ticket_slow', severity: 'ticket', longMs: 3 * dayMs, shortMs: 6 * hourMs, threshold: 1 },
]

/**
 * The pairs of a window: as much of its budget is gone when they fire (2, 5, 10 and 10 %), so they are as much
 * shorter or longer as it is. Whole minutes, which is what is measured.
 */
export function burnPairsOf(window: ObjectiveWindow): BurnPair[] {
  const scale = lengthMs(window) / referenceMs
  const scaled = (ms: number) => Math.max(1, Math.round((ms * scale) / minuteMs)) * minuteMs
  return reference.map((pair) => ({
    ...pair,
    longMs: Math.max(scaled(pair.longMs), 2 * minuteMs),
    shortMs: scaled(pair.shortMs),
  }))
}
