import type { ObjectiveWindow } from '../model'
import { addUnits, instantOf, localOf, type CalendarUnit } from './zoned-time'

export const minuteMs = 60_000
export const hourMs = 3_600_000
export const dayMs = 86_400_000

/** Half-open, epoch ms. */
export interface Span {
  from: number
  to: number
}

const approximateMs: Record<CalendarUnit, number> = {
  day: dayMs,
  week: 7 * dayMs,
  month: 30.4375 * dayMs,
  quarter: 91.3125 * dayMs,
}

export const floorTo = (at: number, stepMs: number): number => Math.floor(at / stepMs) * stepMs

/** `2026-01-31` or `2026-01-31 12:30:00`, as read on the clocks of the window's zone; NaN when it is neither. */
export function parseLocal(text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?))?$/.exec(text)
  return match ? Date.parse(`${match[1] ?? ''}T${match[2] ?? '00:00'}Z`) : Number.NaN
}

/**
 * The whole budget window that holds `now`. A rolling one ends with the minute of `now` and starts on an hour, since
 * what lies far back is kept by the hour: it is up to an hour longer than it says, never shorter.
 */
export function windowAt(window: ObjectiveWindow, now: number): Span {
  if (window.kind === 'rolling') {
    const to = floorTo(now, minuteMs) + minuteMs
    return { from: floorTo(to - window.days * dayMs, hourMs), to }
  }
  const { unit, count, zone } = window
  const first = parseLocal(window.start)
  const local = localOf(now, zone)
  const bound = (k: number) => instantOf(addUnits(first, unit, k * count), zone)
  let k = Math.floor((local - first) / (approximateMs[unit] * count))
  while (bound(k) > now) k--
  while (bound(k + 1) <= now) k++
  return { from: bound(k), to: bound(k + 1) }
}

/** What the window has of the past: up to and with the minute of `now`. */
export function elapsedAt(window: ObjectiveWindow, now: number): Span {
  const { from, to } = windowAt(window, now)
  return { from: floorTo(from, minuteMs), to: Math.min(to, floorTo(now, minuteMs) + minuteMs) }
}

/** How long the window is, to scale burn windows by: a calendar's months count as their mean. */
export const lengthMs = (window: ObjectiveWindow): number =>
  window.kind === 'rolling' ? window.days * dayMs : approximateMs[window.unit] * window.count
