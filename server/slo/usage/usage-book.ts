import { splitExact } from './split-exact'

/** What a process did for whom; `log` work is of an event type (`ofType`), all other of a pipeline, '' of none. */
export interface UsagePlace {
  layer: 'speed' | 'batch' | 'serving' | 'reconcile' | 'log' | 'shared'
  pipeline: string
}

export interface Work extends UsagePlace {
  /** Its share of the process's CPU until the next look, against other work noted; absent: none. */
  weight?: number
  bytesRead?: number
  bytesWritten?: number
  events?: number
}

export interface UsageRow extends UsagePlace {
  minute: number
  cpuUs: number
  bytesRead: number
  bytesWritten: number
  events: number
}

export const minuteMs = 60_000
/** Of event types and pipelines a process can name in a minute; beyond it work is of nobody in particular. */
const placesLimit = 5_000

const typePrefix = 'type:'
/** How work on the log names whom it is for: pricing knows who reads the type. */
export const ofType = (type: string): string => `${typePrefix}${type}`
export const typeOf = (pipeline: string): string | null =>
  pipeline.startsWith(typePrefix) ? pipeline.slice(typePrefix.length) : null

const keyOf = ({ layer, pipeline }: UsagePlace) => `${layer}\n${pipeline}`

/**
 * Shares the CPU of a process out to what it worked on. What is in hand (`enter` to `leave`) takes it in equal parts;
 * with nothing in hand, what was noted since the last look does, by weight; else it is the process's own.
 */
export class UsageBook {
  readonly #own: UsagePlace
  readonly #inHand = new Map<string, { place: UsagePlace; times: number }>()
  #noted = new Map<string, { place: UsagePlace; weight: number }>()
  readonly #minutes = new Map<number, Map<string, UsageRow>>()

  constructor(own: UsagePlace) {
    this.#own = own
  }

  note(minute: number, work: Work): void {
    const { layer, pipeline, weight = 0, bytesRead = 0, bytesWritten = 0, events = 0 } = work
    const row = this.#row(minute, { layer, pipeline })
    row.bytesRead += bytesRead
    row.bytesWritten += bytesWritten
    row.events += events
    if (weight <= 0) return
    const place = { layer: row.layer, pipeline: row.pipeline }
    const known = this.#noted.get(keyOf(place))
    if (known) known.weight += weight
    else this.#noted.set(keyOf(place), { place, weight })
  }

  /** To be charged up to here first: what was used before is not of what begins. */
  enter(place: UsagePlace): void {
    const known = this.#inHand.get(keyOf(place))
    if (known) known.times++
    else this.#inHand.set(keyOf(place), { place, times: 1 })
  }

  leave(place: UsagePlace): void {
    const known = this.#inHand.get(keyOf(place))
    if (known && --known.times === 0) this.#inHand.delete(keyOf(place))
  }

  /** The CPU used since the last call, in microseconds; every one of them ends up in a row. */
  charge(minute: number, cpuUs: number): void {
    const shares = this.#shares()
    const parts = splitExact(
      Math.max(0, Math.round(cpuUs)),
      shares.map(({ weight }) => weight),
    )
    for (const [i, { place }] of shares.entries()) this.#row(minute, place).cpuUs += parts[i] ?? 0
    this.#noted = new Map()
  }

  #shares(): { place: UsagePlace; weight: number }[] {
    if (this.#inHand.size > 0)
      return [...this.#inHand.values()].map(({ place, times }) => ({ place, weight: times }))
    if (this.#noted.size > 0) return [...this.#noted.values()]
    return [{ place: this.#own, weight: 1 }]
  }

  #row(minute: number, place: UsagePlace): UsageRow {
    const rows = this.#minutes.get(minute) ?? new Map<string, UsageRow>()
    this.#minutes.set(minute, rows)
    const known = rows.get(keyOf(place))
    if (known) return known
    if (rows.size >= placesLimit && place.pipeline !== '')
      return this.#row(minute, { ...place, pipeline: '' })
    const row = { ...place, minute, cpuUs: 0, bytesRead: 0, bytesWritten: 0, events: 0 }
    rows.set(keyOf(place), row)
    return row
  }

  /** All that is not written for good; absolute, so writing it again changes nothing. */
  rows(): UsageRow[] {
    return [...this.#minutes.values()].flatMap((rows) => [...rows.values()].map((row) => ({ ...row })))
  }

  /** Minutes before this one are written and get no more. */
  forgetBefore(minute: number): void {
    for (const known of this.#minutes.keys()) if (known < minute) this.#minutes.delete(known)
  }

  get minutes(): number {
    return this.#minutes.size
  }
}
