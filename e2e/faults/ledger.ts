import { readFileSync } from 'node:fs'

/** What a producer knows of an event it made. */
export interface Entry {
  id: string
  key: string
  timeMs: number
  amount: number
}

export interface Ledger {
  /** Everything that may have been sent, by id. */
  entries: Map<string, Entry>
  /** Ids the product has answered for: it may lose none of them. */
  acked: Set<string>
}

/** Count and sum of a cell; cells by `windowStart|key`. */
export interface Counted {
  n: number
  total: number
}
export type Cells = Map<string, Counted>

export const windowMs = 10_000

/** Lines of the ledger's file: what is about to be sent, and which of it was acknowledged. Each is synced. */
export type LedgerLine = { batch: number; sent: [string, string, number, number][] } | { acked: number }

export function readLedger(files: readonly string[]): Ledger {
  const ledger: Ledger = { entries: new Map(), acked: new Set() }
  for (const file of files) {
    const batches = new Map<number, string[]>()
    // The last line may be half of one: its producer was killed, so nothing of it was sent.
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    for (const line of lines.map((text) => JSON.parse(text) as LedgerLine)) {
      if ('acked' in line) for (const id of batches.get(line.acked) ?? []) ledger.acked.add(id)
      else {
        for (const [id, key, timeMs, amount] of line.sent) ledger.entries.set(id, { id, key, timeMs, amount })
        batches.set(
          line.batch,
          line.sent.map(([id]) => id),
        )
      }
    }
  }
  return ledger
}

/** The oracle: each event once, by plain addition. */
export function recount(entries: Iterable<Entry>): Cells {
  const cells: Cells = new Map()
  for (const { timeMs, key, amount } of entries) {
    const name = cellName(Math.floor(timeMs / windowMs) * windowMs, key)
    const cell = cells.get(name) ?? { n: 0, total: 0 }
    cells.set(name, { n: cell.n + 1, total: cell.total + amount })
  }
  return cells
}

export const cellName = (windowStart: number, key: string) => `${String(windowStart)}|${key}`
