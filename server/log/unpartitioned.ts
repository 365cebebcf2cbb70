import type { Nats } from '../clients'
import { eventsStream, streamState } from './stream'

/**
 * Finds messages published to `events.<type>` without a partition; they belong to partition 0. A consumer cannot be
 * asked for that subject together with `events.<type>.*`: no wildcard covers both, server 2.9 takes one filter, and
 * newer servers skip messages when one of several filters is the beginning of another (nats-server #7713, seen on
 * 2.10.27). So partition 0 is read narrowly for as long as this watch sees no such message, and by a wider filter
 * from then on.
 */
export class UnpartitionedWatch {
  readonly #nats: Nats
  readonly #subject: string
  /** None lies before this. */
  #clearBelow: number
  #found: number | null = null

  constructor(nats: Nats, type: string, fromSeq: number) {
    this.#nats = nats
    this.#subject = `events.${type}`
    this.#clearBelow = fromSeq + 1
  }

  /** Whether it is known already that none lies in the log up to a sequence: nobody needs to be asked. */
  isClearUpTo(seq: number): boolean {
    return this.#found === null && seq < this.#clearBelow
  }

  /**
   * Whether one lies in the log up to a sequence that is known to be stored. With `behind` the answer is sought for all
   * the log holds by now: it comes after the messages on their way, so a reader that catches up asks once, not each time.
   */
  async anyUpTo(seq: number, behind = false): Promise<boolean> {
    if (this.#found !== null) return this.#found <= seq
    if (seq < this.#clearBelow) return false
    const stored = behind ? Math.max(seq, (await streamState(this.#nats)).lastSeq) : seq
    const query = { seq: this.#clearBelow, next_by_subj: this.#subject }
    const message = await this.#nats.jsm.streams.getMessage(eventsStream, query)
    this.#found = message?.seq ?? null
    this.#clearBelow = Math.max(this.#clearBelow, this.#found ?? stored + 1)
    return this.#found !== null && this.#found <= seq
  }
}

/** The narrowest filter that has both `events.<type>` and its partitions. */
export function widerFilter(type: string): string {
  const lastDot = type.lastIndexOf('.')
  return lastDot < 0 ? 'events.>' : `events.${type.slice(0, lastDot)}.>`
}
