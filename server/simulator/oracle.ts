import type { SimEvent, SimMessage } from './memory-log'
import type { Settings } from './settings'

/** What one event of the log comes to, which follows from the order of the log alone. */
export interface Judged {
  seq: number
  partition: number
  windowStart: number
  /** `window/key` */
  cell: string
  value: number
  /** No event before it has its identity: batch counts it. */
  isFirst: boolean
  /** Speed counts it: not met within the horizon, and not late where late ones are left to batch. */
  isAccepted: boolean
}

export interface Sum {
  n: number
  value: number
}

/** Sums by `window/key`. */
export type Sums = Map<string, Sum>

/**
 * The plain recount: reads the log once, in order, and says of every event what each layer is to make of it. It shares
 * no code with the product.
 */
export class Oracle {
  readonly judged: Judged[] = []
  readonly #ever = new Set<string>()
  readonly #met = new Map<string, number>()
  readonly #watermarks: number[]
  readonly #generations: number[]
  #read = 0

  constructor(readonly settings: Settings) {
    this.#watermarks = Array.from({ length: settings.partitions }, () => -Infinity)
    this.#generations = [...this.#watermarks]
  }

  follow(messages: readonly SimMessage[]): void {
    for (; this.#read < messages.length; this.#read++) {
      const message = messages[this.#read]
      for (const event of message?.events ?? []) if (message) this.judged.push(this.#judge(message, event))
    }
  }

  /** Merged sums, where `cutOf` says by window from which position on speed answers, and speed has read up to `upTo`. */
  merged(cutOf: (windowStart: number) => readonly number[], upTo: readonly number[]): Sums {
    const sums: Sums = new Map()
    for (const event of this.judged) {
      const { seq, partition, windowStart, isFirst, isAccepted } = event
      const isBatch = seq <= (cutOf(windowStart)[partition] ?? 0)
      if (isBatch ? isFirst : isAccepted && seq <= (upTo[partition] ?? 0))
        add(sums, event.cell, 1, event.value)
    }
    return sums
  }

  /** What batch counts of the windows of [from, to) at a cut, of what the archive holds. */
  counted(range: { from: number; to: number }, cut: readonly number[], archived: number): Sums {
    const sums: Sums = new Map()
    for (const event of this.judged) {
      const { seq, partition, windowStart, isFirst } = event
      const isIn = windowStart >= range.from && windowStart < range.to
      if (isIn && isFirst && seq <= archived && seq <= (cut[partition] ?? 0))
        add(sums, event.cell, 1, event.value)
    }
    return sums
  }

  #judge({ seq, partition, logTime }: SimMessage, event: SimEvent): Judged {
    const { windowMs, outOfOrderMs, horizonMs, allowedMs, beyond } = this.settings
    const watermark = this.#watermarks[partition] ?? -Infinity
    this.#watermarks[partition] = Math.max(watermark, Math.min(event.time, logTime) - outOfOrderMs)
    const generation = Math.max(this.#generations[partition] ?? -Infinity, Math.floor(logTime / horizonMs))
    this.#generations[partition] = generation
    const isDuplicate = (this.#met.get(event.id) ?? -Infinity) >= generation - 1
    this.#met.set(event.id, generation)
    const isFirst = !this.#ever.has(event.id)
    this.#ever.add(event.id)
    const windowStart = Math.floor(event.time / windowMs) * windowMs
    const isLate = windowStart + windowMs + allowedMs <= watermark
    const isAccepted = !isDuplicate && !(isLate && beyond === 'defer')
    const cell = cellOf(windowStart, event.key)
    return { seq, partition, windowStart, cell, value: event.value, isFirst, isAccepted }
  }
}

export const cellOf = (windowStart: number, key: string): string => `${windowStart}/${key}`

export function add(sums: Sums, cell: string, n: number, value: number): void {
  const sum = sums.get(cell)
  if (sum === undefined) sums.set(cell, { n, value })
  else {
    sum.n += n
    sum.value += value
  }
}

/** The first cell that is not the same in both; null: none. */
export function differenceOf(got: Sums, want: Sums): string | null {
  for (const name of new Set([...got.keys(), ...want.keys()])) {
    const [a, b] = [got.get(name), want.get(name)]
    if ((a?.n ?? 0) !== (b?.n ?? 0) || (a?.value ?? 0) !== (b?.value ?? 0))
      return `cell ${name} is ${a?.value ?? 0} of ${a?.n ?? 0} events, recounted ${b?.value ?? 0} of ${b?.n ?? 0}`
  }
  return null
}
