import type { MeasureValue } from '../../pipeline'
import type { Cut } from '../cut'
import type { MapEntry } from '../publication'
import { windowMs, type History, type TestEvent } from './history'

export interface ExpectedCell {
  windowStart: number
  key: string
  measures: Record<string, MeasureValue>
  complete: boolean
}

export type VersionCuts = ReadonlyMap<number, Cut>

interface Expected {
  events: TestEvent[]
  touched: boolean
}

/**
 * Law 5 in plain words: over the whole log in order, what the version in force for the window (up to its cut) or the
 * speed layer (after it, up to the committed position) has accepted.
 */
export function expectedCells(history: History, map: readonly MapEntry[], cuts: VersionCuts): ExpectedCell[] {
  const { outOfOrderMs, allowedMs, beyond } = history.definition.lateness
  const cells = new Map<string, Expected>()
  const seen = new Set<string>()
  const watermarks = new Map<number, number>()
  for (const event of history.log) {
    const { partition, seq, time } = event
    const windowStart = Math.floor(time / windowMs) * windowMs
    const entry = map.find(({ from, to }) => from <= windowStart && windowStart < to)
    const cut = entry === undefined ? 0 : (cuts.get(entry.versionId)?.seqs[partition] ?? 0)
    if (seq > cut && seq > history.position(partition)) continue
    const duplicate = seen.has(event.id)
    seen.add(event.id)
    const watermark = watermarks.get(partition) ?? -Infinity
    watermarks.set(partition, Math.max(watermark, time - outOfOrderMs))
    if (duplicate) continue
    const late = windowStart + windowMs + allowedMs <= watermark
    const name = `${windowStart}/${event.key}`
    const cell = cells.get(name) ?? { events: [], touched: false }
    cells.set(name, cell)
    if (seq > cut) cell.touched = true
    if (seq <= cut || !late || beyond === 'include') cell.events.push(event)
  }
  return [...cells]
    .filter(([, { events }]) => events.length > 0)
    .map(([name, { events, touched }]) => {
      const windowStart = Number(name.slice(0, name.indexOf('/')))
      const covered = map.find(({ from, to }) => from <= windowStart && windowStart < to)
      const watermarks = cuts.get(covered?.versionId ?? -1)?.watermarks ?? []
      const settledTo = Math.min(...watermarks.flatMap((watermark) => watermark ?? []))
      const closed = Number.isFinite(settledTo) && windowStart + windowMs <= settledTo
      return {
        windowStart,
        key: name.slice(name.indexOf('/') + 1),
        measures: measuresOf(events),
        complete: covered !== undefined && closed && !touched,
      }
    })
    .sort((a, b) => a.windowStart - b.windowStart || (a.key < b.key ? -1 : 1))
}

/** Every measure that adds up exactly; and distinct, which is exact while there are few values. */
export function measuresOf(events: readonly TestEvent[]): Record<string, MeasureValue> {
  const miles = events.map((event) => event.miles)
  const sum = miles.reduce((total, value) => total + value, 0)
  return {
    trips: events.length,
    miles: sum,
    shortest: Math.min(...miles),
    longest: Math.max(...miles),
    average: Number((sum / miles.length).toPrecision(12)),
    fares: new Set(events.map(({ fare }) => fare)).size,
  }
}
