import { readRollUpMark, readSliHours, readSliMinutes, type ObjectiveView, type Sli } from '../../slo'
import type { Console } from '../console'
import type { SliMinutePoint } from './lateness'

type Db = Console['pool']

export interface Span {
  from: number
  to: number
}

export const slisOf = (objectives: readonly ObjectiveView[]): Sli[] =>
  objectives.flatMap(({ sli }) => (sli ? [sli] : []))

/** By the minute, as known now; minutes without data are left out. */
export async function minutesOf(db: Db, slis: readonly Sli[], span: Span): Promise<SliMinutePoint[]> {
  const minutes = await readSliMinutes(db, slis, span)
  return minutes.map(({ pipeline, minute, now }) => ({ pipeline, minute, ...now }))
}

/** By the hour where hours were added up, by the minute after that: what a longer line is made of. */
export async function sharesOf(db: Db, slis: readonly Sli[], { from, to }: Span): Promise<SliMinutePoint[]> {
  const { upTo } = await readRollUpMark(db)
  const cut = Math.min(Math.max(upTo, from), to)
  const [hours, minutes] = await Promise.all([
    readSliHours(db, slis, { from, to: cut }),
    minutesOf(db, slis, { from: cut, to }),
  ])
  return [...hours.map(({ pipeline, hour, now }) => ({ pipeline, minute: hour, ...now })), ...minutes]
}

export function goodAndTotal(points: readonly { good: number; total: number }[]): {
  good: number
  total: number
} {
  return points.reduce((sum, { good, total }) => ({ good: sum.good + good, total: sum.total + total }), {
    good: 0,
    total: 0,
  })
}
