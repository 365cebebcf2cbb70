import { createHash, type Hash } from 'node:crypto'
import { copyText } from '../serving'
import type { EngineCell } from './engine'

export interface DigestFigures {
  digest: string
  rows: number
  events: number
}

/**
 * Sums a version up as its cells pass by in order. The digest is sha256 over one line a cell (window, key, slots,
 * as COPY text), without the sketches: so it does not depend on the engine, its parallelism or the chunks.
 */
export class VersionDigest {
  private readonly hash: Hash = createHash('sha256')
  rows = 0
  private events = 0

  /** Takes cells in and gives their lines of COPY text: window_start, key, acc, sketch. */
  lines(cells: readonly EngineCell[]): string {
    let digested = ''
    let lines = ''
    for (const { windowStart, key, accText, sketchHex } of cells) {
      const line = `${windowStart}\t${copyText(key)}\t${accText}`
      digested += `${line}\n`
      lines += `${line}\t${sketchHex === null ? '\\N' : `\\\\x${sketchHex}`}\n`
      this.rows++
      this.events += eventsOf(accText)
    }
    this.hash.update(digested)
    return lines
  }

  /** To be called once, at the end. */
  figures(): DigestFigures {
    return { digest: this.hash.digest('hex'), rows: this.rows, events: this.events }
  }
}

/** Slot 0 is the number of events. */
function eventsOf(accText: string): number {
  const end = accText.indexOf(',')
  return Number(accText.slice(1, end < 0 ? -1 : end))
}
