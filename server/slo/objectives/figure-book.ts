import type { Pool, PoolClient } from '../../clients'
import { readHoursBySli, readMinutesBySli, sliceKind, type HoursOfSli, type MinutesOfSli } from '../measure'
import { grouped } from '../grouped'
import { readRollUpMark } from '../measure/sli-store'
import type { Budgeting, Sli } from '../model'
import { databaseNow, selectChangedMinutes } from './figure-book-store'
import { dayMs, floorTo, hourMs, minuteMs } from './objective-window'
import { minuteWindowMs, Series } from './series'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** What one objective asks to be held. */
export interface Wanted {
  sli: Sli
  budgeting: Budgeting
  /** As far back as any window reaches. */
  backMs: number
  /** Hours of which parts are asked for: corrections and calendars cut them. */
  hours: readonly number[]
}

interface Held {
  sli: Sli
  budgeting: Budgeting
  backMs: number
  series: Series
  hours: Set<number>
}

export const minutesKeptMs = 35 * dayMs
/** Read at once: a thousand indicators of a month would be hundreds of megabytes. */
const slisAtOnce = 50
/** A write may become visible so long after the instant that it says it is known at. */
const overlapMs = 180_000

/**
 * What was counted, held in memory and brought up to date by what became known since: a round reads the minutes that
 * changed, not the month. One that fails is thrown away with the book.
 */
export class FigureBook {
  private readonly held = new Map<string, Held>()
  private knownAt: number | null = null

  /** `minutesMs`: how far back minutes are held. */
  constructor(
    private readonly db: Queryable,
    private readonly minutesMs: number = minuteWindowMs + hourMs,
  ) {}

  async refresh(wanted: readonly Wanted[], now: number): Promise<void> {
    const minutesFrom = floorTo(now - this.minutesMs, hourMs)
    const knownBefore = await databaseNow(this.db)
    for (const { series } of this.held.values()) series.holdMinutesFrom(minutesFrom)
    const added = this.register(wanted, now)
    const mark = await readRollUpMark(this.db)
    for (let from = 0; from < added.length; from += slisAtOnce)
      await loadSeries(this.db, added.slice(from, from + slisAtOnce), {
        minutesFrom,
        now,
        rolledUpTo: mark.upTo,
      })
    // Hours that were read hold what was known when they were added up.
    const since = Math.min(
      this.knownAt ?? knownBefore,
      added.length > 0 && mark.knownAt > 0 ? mark.knownAt : Infinity,
    )
    await this.readChanges(since - overlapMs, { minutesFrom, now })
    this.knownAt = knownBefore
    await this.openHours()
  }

  seriesOf(sli: Sli, budgeting: Budgeting): Series | null {
    return this.held.get(nameOf(sli, budgeting))?.series ?? null
  }

  /** Those that are new, or must reach further back than they do. */
  private register(wanted: readonly Wanted[], now: number): Held[] {
    const names = new Map<string, Wanted[]>()
    for (const one of wanted) {
      const name = nameOf(one.sli, one.budgeting)
      names.set(name, [...(names.get(name) ?? []), one])
    }
    for (const name of this.held.keys()) if (!names.has(name)) this.held.delete(name)
    const added: Held[] = []
    for (const [name, asked] of names) {
      const [first] = asked
      if (!first) continue
      const backMs = Math.max(...asked.map((one) => one.backMs), 3 * dayMs + 2 * hourMs)
      const hours = new Set(asked.flatMap((one) => one.hours).filter((hour) => hour >= now - minutesKeptMs))
      const known = this.held.get(name)
      if (known && known.backMs >= backMs) {
        known.hours = hours
        known.series.closeHours((hour) => hours.has(hour))
        continue
      }
      const series = new Series(first.budgeting, {
        hours: Math.ceil(backMs / hourMs) + 3,
        minutes: Math.ceil(this.minutesMs / minuteMs) + 120,
      })
      const held = { sli: first.sli, budgeting: first.budgeting, backMs, series, hours }
      this.held.set(name, held)
      added.push(held)
    }
    return added
  }

  private async readChanges(
    knownAt: number,
    { minutesFrom, now }: { minutesFrom: number; now: number },
  ): Promise<void> {
    const bySli = new Map<string, Held[]>()
    for (const one of this.held.values())
      bySli.set(sliName(one.sli), [...(bySli.get(sliName(one.sli)) ?? []), one])
    const changed = (await selectChangedMinutes(this.db, knownAt)).filter(
      (sli) => bySli.has(sliName(sli)) && sli.minute >= now - minutesKeptMs,
    )
    for (const [hour, minutes] of grouped(changed, ({ minute }) => floorTo(minute, hourMs))) {
      const isOld = hour < minutesFrom
      const at = minutes.map(({ minute }) => minute)
      const span = isOld
        ? { from: hour, to: hour + hourMs }
        : { from: Math.min(...at), to: Math.max(...at) + minuteMs }
      for (const { minutes: read, ...sli } of await readMinutesBySli(this.db, distinct(minutes), span))
        for (const { series, hours } of bySli.get(sliName(sli)) ?? []) {
          if (!isOld) series.putMinutes(read)
          else {
            series.openHour(hour, read)
            series.closeHours((open) => hours.has(open))
          }
        }
    }
  }

  private async openHours(): Promise<void> {
    const asked = [...this.held.values()].flatMap((held) =>
      [...held.hours].filter((hour) => !held.series.isOpen(hour)).map((hour) => ({ hour, held })),
    )
    for (const [hour, all] of grouped(asked, (one) => one.hour)) {
      const slis = distinct(all.map(({ held }) => held.sli))
      const read = bySliName(await readMinutesBySli(this.db, slis, { from: hour, to: hour + hourMs }))
      for (const { held } of all) held.series.openHour(hour, read.get(sliName(held.sli))?.minutes ?? [])
    }
  }
}

interface LoadAt {
  minutesFrom: number
  now: number
  rolledUpTo: number
}

/** Hours as they were added up, minutes from where they are held, and from where hours are not added up yet. */
async function loadSeries(db: Queryable, added: readonly Held[], at: LoadAt): Promise<void> {
  const slis = distinct(added.map(({ sli }) => sli))
  const { minutesFrom, now, rolledUpTo } = at
  const back = Math.max(...added.map(({ backMs }) => backMs))
  const hours = bySliName(
    await readHoursBySli(db, slis, { from: floorTo(now - back, hourMs), to: minutesFrom }),
  )
  const from = Math.max(Math.min(minutesFrom, rolledUpTo), floorTo(now - minutesKeptMs, hourMs))
  const minutes = bySliName(await readMinutesBySli(db, slis, { from, to: now + minuteMs }))
  for (const one of added) {
    one.series.holdMinutesFrom(minutesFrom)
    const lacking = putHours(one, hours.get(sliName(one.sli))?.hours ?? [], now)
    if (lacking)
      for (const sli of await readMinutesBySli(db, [one.sli], lacking)) putByHour(one.series, sli.minutes)
    const read = minutes.get(sliName(one.sli))?.minutes ?? []
    putByHour(
      one.series,
      read.filter(({ minute }) => minute < minutesFrom),
    )
    one.series.putMinutes(read.filter(({ minute }) => minute >= minutesFrom))
    one.series.closeHours((hour) => one.hours.has(hour))
  }
}

function putByHour(series: Series, minutes: MinutesOfSli['minutes']): void {
  for (const [hour, some] of grouped(minutes, ({ minute }) => floorTo(minute, hourMs)))
    series.openHour(hour, some)
}

/** The span of hours whose slices nobody has counted: the objective is younger than they are. */
function putHours(
  { series, budgeting }: Held,
  rows: HoursOfSli['hours'],
  now: number,
): { from: number; to: number } | null {
  if (budgeting.method === 'occurrences') {
    series.putHours(rows)
    return null
  }
  const kind = budgeting.method === 'timeslices' ? sliceKind(budgeting) : null
  const lacking: number[] = []
  for (const { hour, then, probe, slices } of rows) {
    const counts = kind === null ? undefined : slices[kind]
    if (counts) {
      const share = then.total === 0 ? 0 : probe / then.total
      series.putHours([{ hour, ...counts, probe: counts.then.total * share }])
    } else if (hour >= now - minutesKeptMs) lacking.push(hour)
  }
  return lacking.length === 0 ? null : { from: Math.min(...lacking), to: Math.max(...lacking) + hourMs }
}

const sliName = ({ pipeline, indicator, threshold }: Sli): string => `${threshold}\n${indicator}\n${pipeline}`

const bySliName = <T extends Sli>(read: readonly T[]) => new Map(read.map((one) => [sliName(one), one]))

function nameOf(sli: Sli, budgeting: Budgeting): string {
  return `${sliName(sli)}\n${JSON.stringify(Object.values(budgeting))}`
}

const distinct = (slis: readonly Sli[]): Sli[] => [
  ...new Map(
    slis.map(({ pipeline, indicator, threshold }) => [
      sliName({ pipeline, indicator, threshold }),
      { pipeline, indicator, threshold },
    ]),
  ).values(),
]
