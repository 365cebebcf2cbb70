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

/** What ours and the limit came to in one round. */
export interface Pair {
  own: number
  limit: number
}

/** The first round warms both up and is not counted. */
export async function pairsOf(reps: number, round: (rep: number) => Promise<Pair>): Promise<Pair[]> {
  const pairs: Pair[] = []
  for (let rep = 0; rep <= reps; rep++) {
    const pair = await round(rep)
    if (rep > 0) pairs.push(pair)
  }
  return pairs
}

type Named = Pick<Figure, 'name' | 'unit' | 'n'>

export const figureOfRates = (named: Named, rates: readonly Pair[]): Figure =>
  figureOf(named, rates, ({ own, limit }) => own / limit)

export const figureOfTimes = (named: Named, times: readonly Pair[]): Figure =>
  figureOf(named, times, ({ own, limit }) => limit / own)

/** Rounds of so many seconds each, told as how many of `n` a second. */
export const figurePerSecond = (named: Named, seconds: readonly Pair[]): Figure =>
  figureOf(
    named,
    seconds,
    ({ own, limit }) => limit / own,
    (middle) => named.n / middle,
  )

function figureOf(
  { name, unit, n }: Named,
  pairs: readonly Pair[],
  ratioOf: (pair: Pair) => number,
  told = (middle: number) => middle,
): Figure {
  return {
    name,
    value: rounded(told(median(pairs.map(({ own }) => own)))),
    unit,
    limit: rounded(told(median(pairs.map(({ limit }) => limit)))),
    ratio: rounded(median(pairs.map(ratioOf))),
    n,
  }
}

export async function timed<T>(run: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const startedAt = performance.now()
  const result = await run()
  return { result, seconds: (performance.now() - startedAt) / 1_000 }
}

export function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits))
}
