import { AppError } from '../../platform'
import { streamsLimit } from './limits'

/** How many live streams each asker holds open. */
export class OpenStreams {
  readonly #open = new Map<string, number>()

  get askers(): number {
    return this.#open.size
  }

  /** Counts one more, until what is answered is called. */
  open(asker: string): () => void {
    const count = this.#open.get(asker) ?? 0
    if (count >= streamsLimit)
      throw new AppError(
        'too_many_requests',
        `Refused: ${count} live views are open under this sign-in. Close some pages.`,
        { retryAfterS: 10 },
      )
    this.#open.set(asker, count + 1)
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      const left = (this.#open.get(asker) ?? 1) - 1
      if (left > 0) this.#open.set(asker, left)
      else this.#open.delete(asker)
    }
  }
}
