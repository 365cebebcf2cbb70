import type { CellBlock } from '@/components/heatmap'

/** Cells as they are meant, whatever order the rows are in: windows that start in [from, to), of these keys. */
export interface Selection {
  from: number
  to: number
  keys: string[]
}

/** More keys than this do not fit an address: the selection then lives in the page alone. */
export const keysInAddress = 40

const compact = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')

/** The parts are joined by `~`, which needs no escape elsewhere. */
const escaped = (key: string) => encodeURIComponent(key).replaceAll('~', '%7E')

export function writeSelection({ from, to, keys }: Selection): string {
  return [compact(from), compact(to), keys.map(escaped).join(',')].join('~')
}

export function parseSelection(text: string): Selection | null {
  const [start, end, names, more] = text.split('~')
  const [from, to] = [Date.parse(start ?? ''), Date.parse(end ?? '')]
  if (!(from < to) || names === undefined || more !== undefined) return null
  try {
    return { from, to, keys: names.split(',').slice(0, keysInAddress).map(decodeURIComponent) }
  } catch {
    return null
  }
}

interface Grid {
  keys: readonly string[]
  from: number
  stepMs: number
  cols: number
}

export function blockToSelection({ rows, from, to }: CellBlock, grid: Grid): Selection {
  return {
    from: grid.from + from * grid.stepMs,
    to: grid.from + to * grid.stepMs,
    keys: [...rows].sort((a, b) => a - b).flatMap((row) => grid.keys[row] ?? []),
  }
}

/** Where a selection is drawn; null when nothing of it is on the map. */
export function selectionToBlock({ from, to, keys }: Selection, grid: Grid): CellBlock | null {
  const wanted = new Set(keys)
  const rows = new Set(grid.keys.flatMap((key, row) => (wanted.has(key) ? [row] : [])))
  const first = Math.max(0, Math.floor((from - grid.from) / grid.stepMs))
  const last = Math.min(grid.cols, Math.ceil((to - grid.from) / grid.stepMs))
  return rows.size > 0 && first < last ? { rows, from: first, to: last } : null
}
