import type { Cell, HeatLayout } from './heat-layout'

export interface KeyPress {
  key: string
  ctrlKey: boolean
  metaKey: boolean
}

/** Where a key moves the cursor; null: it moves nothing. */
export function moveBy(
  { key, ctrlKey, metaKey }: KeyPress,
  at: Cell,
  { rows, cols, cellHeight, viewHeight }: Pick<HeatLayout, 'rows' | 'cols' | 'cellHeight' | 'viewHeight'>,
): Cell | null {
  const page = Math.max(1, Math.floor(viewHeight / cellHeight / 2))
  const far = ctrlKey || metaKey
  const to: Record<string, Cell> = {
    ArrowLeft: { row: at.row, col: at.col - (far ? 10 : 1) },
    ArrowRight: { row: at.row, col: at.col + (far ? 10 : 1) },
    ArrowUp: { row: at.row - (far ? 10 : 1), col: at.col },
    ArrowDown: { row: at.row + (far ? 10 : 1), col: at.col },
    PageUp: { row: at.row - page, col: at.col },
    PageDown: { row: at.row + page, col: at.col },
    Home: { row: far ? 0 : at.row, col: 0 },
    End: { row: far ? rows - 1 : at.row, col: cols - 1 },
  }
  const next = to[key]
  if (!next) return null
  return {
    row: Math.min(Math.max(0, next.row), rows - 1),
    col: Math.min(Math.max(0, next.col), cols - 1),
  }
}

/** The block between two cells, both included. */
export function blockOf(a: Cell, b: Cell): { rows: Set<number>; from: number; to: number } {
  const [first, last] = [Math.min(a.row, b.row), Math.max(a.row, b.row)]
  return {
    rows: new Set(Array.from({ length: last - first + 1 }, (_, i) => first + i)),
    from: Math.min(a.col, b.col),
    to: Math.max(a.col, b.col) + 1,
  }
}
