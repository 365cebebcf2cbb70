import type { Traffic } from '../model'
import { binOf } from './bins'
import { binScale, type Measured } from './measured'

export interface Slot {
  pipeline: string
  indicator: Measured
  minute: number
  traffic: Traffic
}

export interface SliCount {
  threshold: number
  good: number
  total: number
}

export interface Tallied extends Slot {
  count: number
  sum: number
  max: number
  bins: Map<number, number>
  slis: SliCount[]
}

export interface Value extends Slot {
  value: number
  weight: number
}

/** Values added up by minute: a distribution, and what is good at each threshold that counts when they come. */
export class Tally {
  private readonly slots = new Map<string, Tallied>()
  private readonly changed = new Set<string>()

  constructor(
    private readonly thresholdsOf: (pipeline: string, indicator: Measured) => readonly number[],
    /** Slots held at most; beyond it values of new ones are dropped and counted in `dropped`. */
    private readonly slotsLimit = Infinity,
  ) {}

  dropped = 0

  add({ pipeline, indicator, minute, traffic, value, weight }: Value): void {
    if (!(weight > 0) || !Number.isFinite(value)) return
    const name = `${minute}\n${indicator}\n${traffic}\n${pipeline}`
    const slot = this.slots.get(name) ?? this.open(name, { pipeline, indicator, minute, traffic })
    if (slot === null) {
      this.dropped += weight
      return
    }
    slot.count += weight
    slot.sum += value * weight
    if (value > slot.max) slot.max = value
    const bin = binOf(value * binScale[indicator])
    slot.bins.set(bin, (slot.bins.get(bin) ?? 0) + weight)
    for (const threshold of this.thresholdsOf(pipeline, indicator))
      addSli(slot, { threshold, good: value <= threshold ? weight : 0, total: weight })
    this.changed.add(name)
  }

  get size(): number {
    return this.slots.size
  }

  /** What changed since the last take. */
  take(): Tallied[] {
    const taken = [...this.changed].flatMap((name) => this.slots.get(name) ?? [])
    this.changed.clear()
    return taken
  }

  /** To be written again: the write failed. */
  putBack(slots: readonly Slot[]): void {
    for (const slot of slots) this.changed.add(nameOf(slot))
  }

  /** Forgets minutes before `minute` that are written. */
  forgetBefore(minute: number): void {
    for (const [name, slot] of this.slots)
      if (slot.minute < minute && !this.changed.has(name)) this.slots.delete(name)
  }

  private open(name: string, slot: Slot): Tallied | null {
    if (this.slots.size >= this.slotsLimit) return null
    const opened = { ...slot, count: 0, sum: 0, max: -Infinity, bins: new Map<number, number>(), slis: [] }
    this.slots.set(name, opened)
    return opened
  }
}

const nameOf = ({ minute, indicator, traffic, pipeline }: Slot): string =>
  `${minute}\n${indicator}\n${traffic}\n${pipeline}`

export function addSli(slot: { slis: SliCount[] }, { threshold, good, total }: SliCount): void {
  const known = slot.slis.find((sli) => sli.threshold === threshold)
  if (known === undefined) {
    slot.slis.push({ threshold, good, total })
    return
  }
  known.good += good
  known.total += total
}
