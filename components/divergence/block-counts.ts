import type { CellBlock, PreparedHeat } from '@/components/heatmap'

export interface BlockCounts {
  /** Cells that were compared. */
  cells: number
  differing: number
  beyond: number
  /** Not compared yet, or still in flight. */
  waiting: number
}

const firstBeyond = 2
const nothing = 255

/** What of a block was compared and how much of it is beyond tolerance. */
export function countBlock({ cells, steps, hatched }: PreparedHeat, block: CellBlock): BlockCounts {
  const counts = { cells: 0, differing: 0, beyond: 0, waiting: 0 }
  for (const row of block.rows)
    for (let col = block.from; col < block.to; col++) {
      const step = steps[row * cells.cols + col] ?? nothing
      if (step === nothing) continue
      counts.cells++
      if (step > 0) counts.differing++
      if (step >= firstBeyond) counts.beyond++
    }
  for (const { from, to } of hatched)
    counts.waiting += Math.max(0, Math.min(to, block.to) - Math.max(from, block.from)) * block.rows.size
  return counts
}

/** The cell of a block with the largest error; null where nothing in it differs. */
export function worstOf({ cells }: PreparedHeat, block: CellBlock): { row: number; col: number } | null {
  let worst: { row: number; col: number } | null = null
  let largest = -1
  for (const row of block.rows)
    for (let col = block.from; col < block.to; col++) {
      const at = cells.place[row * cells.cols + col] ?? -1
      const relative = at < 0 ? -1 : (cells.relative[at] ?? 0)
      if (relative <= largest) continue
      largest = relative
      worst = { row, col }
    }
  return worst
}
