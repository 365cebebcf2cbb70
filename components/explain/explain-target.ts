/** What is asked to explain itself: one window of a key (a cell), of all keys together, or several windows. */
export interface ExplainTarget {
  from: number
  /** Null: the window that starts at `from`. */
  to: number | null
  /** Null: all keys together. */
  key: string | null
}

const pattern = /^(-?\d{1,16})(?:\.\.(-?\d{1,16}))?(?:~([\s\S]*))?$/

/** `<windowStart>~<key>`, without `~` for all keys, `<from>..<to>` for several windows. */
export function parseTarget(text: string): ExplainTarget | null {
  const [, from, to, key] = pattern.exec(text) ?? []
  if (from === undefined) return null
  const target = { from: Number(from), to: to === undefined ? null : Number(to), key: key ?? null }
  return target.to !== null && target.to <= target.from ? null : target
}

export function writeTarget({ from, to, key }: ExplainTarget): string {
  return `${from}${to === null ? '' : `..${to}`}${key === null ? '' : `~${key}`}`
}

/** A point of a chart: its one window, or all it stands for. */
export function targetOf(
  point: { windowStart: number; windowEnd: number },
  windowSizeMs: number,
  key: string | null,
): ExplainTarget {
  const isOne = point.windowEnd - point.windowStart <= windowSizeMs
  return { from: point.windowStart, to: isOne ? null : point.windowEnd, key }
}
