import type { ObjectiveWindow } from '../../model'

/** OpenSLO's duration-shorthand. */
const shorthand = /^([1-9]\d{0,5})([mhdwMQY])$/

const daysOf: Record<string, number> = { m: 1 / 1_440, h: 1 / 24, d: 1, w: 7, M: 30, Q: 90, Y: 365 }

/** Days of a rolling window: months count 30 days, quarters 90, years 365. */
export function rollingDays(duration: string): number | null {
  const match = shorthand.exec(duration)
  const each = daysOf[match?.[2] ?? '']
  if (match === null || each === undefined) return null
  const count = Number(match[1])
  return each < 1 ? count / Math.round(1 / each) : count * each
}

type Calendar = Pick<Extract<ObjectiveWindow, { kind: 'calendar' }>, 'unit' | 'count'>

/** `1m` of a calendar is a month, as in the specification's examples: a calendar has no minutes. */
export function calendarUnits(duration: string): Calendar | null {
  const match = shorthand.exec(duration)
  const count = Number(match?.[1])
  switch (match?.[2]) {
    case 'd':
      return { unit: 'day', count }
    case 'w':
      return { unit: 'week', count }
    case 'm':
    case 'M':
      return { unit: 'month', count }
    case 'Q':
      return { unit: 'quarter', count }
    case 'Y':
      return { unit: 'quarter', count: 4 * count }
    default:
      return null
  }
}

/** Minutes of a time slice: a number says minutes. */
export function sliceMinutes(duration: string | number): number | null {
  if (typeof duration === 'number') return duration
  const days = rollingDays(duration)
  return days === null ? null : Math.round(days * 1_440)
}

export function durationText(window: ObjectiveWindow): string {
  if (window.kind === 'calendar')
    return `${window.count}${{ day: 'd', week: 'w', month: 'M', quarter: 'Q' }[window.unit]}`
  const minutes = Math.round(window.days * 1_440)
  if (minutes % 1_440 === 0) return `${minutes / 1_440}d`
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`
}
