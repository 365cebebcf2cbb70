const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof unitMs

/** Milliseconds of `250ms`, `10s`, `5m`, `1h` or `2d`; null for any other text. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text)
  if (match === null) return null
  return Number(match[1]) * unitMs[match[2] as Unit]
}

/** The shortest text of a duration: the largest unit that divides it. */
export function formatDuration(durationMs: number): string {
  const units: Unit[] = ['d', 'h', 'm', 's']
  const unit =
    durationMs === 0 ? 's' : (units.find((candidate) => durationMs % unitMs[candidate] === 0) ?? 'ms')
  return `${durationMs / unitMs[unit]}${unit}`
}
