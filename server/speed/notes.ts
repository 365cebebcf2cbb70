import { limits } from './limits'

export interface Note {
  at: number
  text: string
  /** How often it was noted; one kind of thing fills no list. */
  times: number
}

/** Things that went otherwise than wished, for the worker's row: visible without reading logs. */
export class Notes {
  readonly #byText = new Map<string, Note>()

  add(at: number, text: string): void {
    const times = (this.#byText.get(text)?.times ?? 0) + 1
    this.#byText.delete(text)
    this.#byText.set(text, { at, text, times })
    for (const oldest of this.#byText.keys()) {
      if (this.#byText.size <= limits.notes) return
      this.#byText.delete(oldest)
    }
  }

  list(): Note[] {
    return [...this.#byText.values()]
  }
}
