/** One line of `npm run bench -- --json`. `ratio` is value to limit, above 1 better, for rates and times alike. */
export interface Figure {
  name: string
  value: number
  unit: string
  limit: number
  ratio: number
  p50?: number
  p95?: number
  p99?: number
  n: number
}

export interface FigureSource {
  name: string
  /** What the limit is, for a reader of the table. */
  against: string
  run: (options: BenchOptions) => Promise<Figure>
}

export interface BenchOptions {
  reps: number
  /** Multiplies the number of events; 1 is the published size. */
  scale: number
  log: (line: string) => void
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** Nearest rank. */
export function percentile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN
}

export function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits))
}
