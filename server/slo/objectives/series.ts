import type { Budgeting, GoodTotal } from '../model'
import { Columns, noFigures, type Figures } from './columns'
import { floorTo, hourMs, minuteMs, type Span } from './objective-window'

/** A minute of an indicator at a threshold. */
export interface MinuteFigures extends Figures {
  minute: number
}

export interface HourFigures extends Figures {
  hour: number
}

interface Held {
  /** Hours that are held: of the longest window that is asked. */
  hours: number
  /** Minutes that are held: of the longest window that is asked by the minute. */
  minutes: number
}

/** Windows up to this length are asked by the minute, longer ones by the hour. */
export const minuteWindowMs = 6 * hourMs

/**
 * What is known of one indicator at a threshold, counted as a budget counts it: events, or slices of minutes. The
 * newest hours are held by the minute as well; older hours by the minute where somebody asked for them. An hour that
 * is held by the minute is the sum of its minutes.
 */
export class Series {
  private readonly minutes: Columns
  private readonly slices: Columns
  private readonly hours: Columns
  private readonly opened = new Map<number, Columns>()
  /** Start of the hours that are held by the minute. */
  private minutesFrom = Infinity

  constructor(
    private readonly budgeting: Budgeting,
    held: Held,
  ) {
    const sliceMs = budgeting.method === 'occurrences' ? minuteMs : budgeting.minutes * minuteMs
    this.minutes = new Columns(minuteMs, held.minutes)
    this.slices =
      budgeting.method === 'occurrences'
        ? this.minutes
        : new Columns(sliceMs, Math.ceil((held.minutes * minuteMs) / sliceMs))
    this.hours = new Columns(hourMs, held.hours)
  }

  /** From where minutes are held; earlier hours come from `putHours`. */
  holdMinutesFrom(from: number): void {
    this.minutesFrom = floorTo(from, hourMs)
  }

  /** Hours as the budget counts them. */
  putHours(hours: readonly HourFigures[]): void {
    for (const { hour, ...figures } of hours) this.hours.put(hour, figures)
  }

  /** Minutes at or after where minutes are held from; their hours follow. */
  putMinutes(minutes: readonly MinuteFigures[]): void {
    const touched = new Set<number>()
    for (const { minute, ...figures } of minutes) {
      this.minutes.put(minute, figures)
      touched.add(floorTo(minute, hourMs))
    }
    for (const hour of touched) {
      if (this.slices !== this.minutes) this.fill(this.slices, this.minutes, hour)
      this.hours.put(hour, sumOf(this.slices, hour))
    }
  }

  /** All minutes of an older hour: it is held by the minute from now on. */
  openHour(hour: number, minutes: readonly MinuteFigures[]): void {
    const held = new Columns(minuteMs, 60)
    for (const { minute, ...figures } of minutes) held.put(minute, figures)
    const slices = new Columns(this.slices.stepMs, hourMs / this.slices.stepMs)
    this.fill(slices, held, hour)
    this.opened.set(hour, slices)
    this.hours.put(hour, sumOf(slices, hour))
  }

  /** Whether an hour's parts are known, or only the hour. */
  isOpen(hour: number): boolean {
    return hour >= this.minutesFrom || this.opened.has(hour)
  }

  /** Forgets hours that were opened and are no longer asked for. */
  closeHours(keep: (hour: number) => boolean): void {
    for (const hour of this.opened.keys()) if (!keep(hour)) this.opened.delete(hour)
  }

  /** Part of an hour of which only the sum is known counts by its length. */
  sum(span: Span): Figures {
    const sum = noFigures()
    let at = span.from
    while (at < span.to) {
      const hour = floorTo(at, hourMs)
      const wholeTo = floorTo(span.to, hourMs)
      const isWhole = at === hour && wholeTo > hour
      const to = isWhole ? wholeTo : Math.min(span.to, hour + hourMs)
      if (isWhole) this.hours.addTo(sum, at, to)
      else this.addPart(sum, { from: at, to }, hour)
      at = to
    }
    return sum
  }

  private addPart(sum: Figures, { from, to }: Span, hour: number): void {
    const parts = hour >= this.minutesFrom ? this.slices : this.opened.get(hour)
    if (parts) parts.addTo(sum, from, to)
    else this.hours.addTo(sum, hour, hour + hourMs, (to - from) / hourMs)
  }

  /** Start of the first hour with data from `from` on, or of the first slice where slices are held. */
  firstFrom(from: number): number | null {
    const hour = this.hours.firstFrom(floorTo(from, hourMs))
    if (hour === null || hour < this.minutesFrom) return hour
    return this.slices.firstFrom(from)
  }

  private fill(slices: Columns, minutes: Columns, hour: number): void {
    for (let at = hour; at < hour + hourMs; at += slices.stepMs) {
      const sum = noFigures()
      minutes.addTo(sum, at, at + slices.stepMs)
      if (sum.then.total > 0 || sum.now.total > 0) slices.put(at, counted(this.budgeting, sum))
    }
  }
}

function sumOf(slices: Columns, hour: number): Figures {
  const sum = noFigures()
  slices.addTo(sum, hour, hour + hourMs)
  return sum
}

/** A slice as the budget counts it; one without data is none. */
function counted(budgeting: Budgeting, { then, now, probe }: Figures): Figures {
  if (budgeting.method === 'occurrences') return { then, now, probe }
  const score = ({ good, total }: GoodTotal): GoodTotal => {
    if (total === 0) return { good: 0, total: 0 }
    const share = good / total
    if (budgeting.method === 'ratio_timeslices') return { good: share, total: 1 }
    return { good: share >= budgeting.target ? 1 : 0, total: 1 }
  }
  return { then: score(then), now: score(now), probe: then.total === 0 ? 0 : probe / then.total }
}
