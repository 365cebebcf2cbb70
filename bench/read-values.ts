import type { Pool } from '../server/clients'
import { readSeries, readTopKeys, readValues } from '../server/serving'
import { benchKeys } from './bench-events'
import { openBenchServices } from './bench-services'
import { percentile, rounded, type BenchOptions, type Figure } from './figure'
import { seedView, windowMs, type SeededView } from './read-seed'

const cells = 1_000_000
const reads = 400
const pageSize = 100
const keyWindows = 60

interface Read {
  from: number
  to: number
  key: string | undefined
}

interface ReadTimes {
  p50: number
  p95: number
  p99: number
}

/**
 * Milliseconds of a read of merged values: half of them pages of 100 cells of a window, half an hour of one key, at
 * random places, speed's windows among them; against a plain indexed SELECT of the rows that the answer is made of.
 */
export async function readValuesBench({ scale, log }: BenchOptions): Promise<Figure> {
  const services = await openBenchServices()
  try {
    const view = await seedView(services, 'bench-reads', cells * Math.min(1, scale))
    const { ours, plain, count } = await timeReads(services.pool, view, Math.round(reads * scale))
    log(`read.values: plain SELECT p50 ${plain.p50}, p95 ${plain.p95} ms over ${view.cells} stored cells`)
    return {
      ...{ name: 'read.values', value: ours.p95, unit: 'ms p95', limit: plain.p95 },
      ...{ ratio: rounded(plain.p95 / ours.p95), ...ours, n: count },
    }
  } finally {
    await services.stop()
  }
}

export async function timeReads(
  pool: Pool,
  view: SeededView,
  wanted: number,
): Promise<{ ours: ReadTimes; plain: ReadTimes; count: number }> {
  const ours: number[] = []
  const plain: number[] = []
  const count = Math.max(40, wanted)
  for (let i = -20; i < count; i++) {
    const read = readOf(view, i)
    const limit = await timed(() => selectPlainly(pool, view, read))
    const own = await timed(async () => {
      const { compute, compiled } = view
      return (await readValues(pool, { compute, compiled, ...read, limit: pageSize })).values.length
    })
    if (own.result === 0) throw new Error(`nothing was read at ${JSON.stringify(read)}`)
    if (own.result !== limit.result)
      throw new Error(`${own.result} cells read, plain SQL has ${limit.result} at ${JSON.stringify(read)}`)
    if (i < 0) continue
    ours.push(own.ms)
    plain.push(limit.ms)
  }
  return { ours: timesOf(ours), plain: timesOf(plain), count }
}

/** Points and top keys of the whole view: all three layers. */
export async function timeTotals(pool: Pool, view: SeededView): Promise<{ seriesMs: number; topMs: number }> {
  const { compute, compiled, from, to } = view
  const series = await timed(() => readSeries(pool, { compute, compiled, from, to, maxPoints: 300 }))
  const top = await timed(() => readTopKeys(pool, { compute, compiled, from, to, measure: 'amount' }))
  if (top.result.total !== benchKeys) throw new Error(`${top.result.total} keys found of ${benchKeys}`)
  const events = series.result.points.reduce((sum, { merged }) => sum + Number(merged.orders), 0)
  if (events === 0) throw new Error('the series counts nothing')
  return { seriesMs: rounded(series.ms), topMs: rounded(top.ms) }
}

function readOf(view: SeededView, i: number): Read {
  const mixed = Math.imul(i + 100, 2_654_435_761) >>> 0
  const windows = (view.to - view.from) / windowMs
  const at = view.from + (mixed % windows) * windowMs
  if (i % 2 === 0) return { from: at, to: at + windowMs, key: undefined }
  const key = `k${String((mixed >>> 8) % benchKeys).padStart(3, '0')}`
  return { from: at, to: Math.min(view.to, at + keyWindows * windowMs), key }
}

/** The rows of the answer, by their primary keys, into the driver: what any read must at least do. */
async function selectPlainly(pool: Pool, view: SeededView, { from, to, key }: Read): Promise<number> {
  const found = new Set<string>()
  const take = (rows: { window_start: number; key: string }[]) => {
    for (const row of rows) found.add(`${row.window_start}/${row.key}`)
  }
  const onKey = key === undefined ? '' : 'AND key = $4'
  const keyed = key === undefined ? 'all' : 'key'
  for (const version of view.versions) {
    if (version.to <= from || version.from >= to) continue
    const { rows } = await pool.query<{ window_start: number; key: string }>({
      name: `bench-version-${keyed}`,
      text: `SELECT window_start, key, acc, sketch FROM version_cell
              WHERE version_id = $1 AND window_start >= $2 AND window_start < $3 ${onKey}
              ORDER BY window_start, key LIMIT ${pageSize}`,
      values: [version.id, from, to, ...(key === undefined ? [] : [key])],
    })
    take(rows)
  }
  if (to <= view.boundary) return found.size
  const { rows } = await pool.query<{ window_start: number; key: string }>({
    name: `bench-buckets-${keyed}`,
    text: `SELECT window_start, key, epoch, partition, acc, sketch FROM speed_bucket
            WHERE compute_id = $1 AND window_start >= $2 AND window_start < $3 ${onKey}
            ORDER BY window_start, key LIMIT ${pageSize * 4}`,
    values: [view.compute.id, Math.max(from, view.boundary), to, ...(key === undefined ? [] : [key])],
  })
  take(rows)
  return found.size
}

function timesOf(ms: readonly number[]): ReadTimes {
  const [p50 = NaN, p95 = NaN, p99 = NaN] = [0.5, 0.95, 0.99].map((q) => rounded(percentile(ms, q)))
  return { p50, p95, p99 }
}

async function timed<T>(run: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const startedAt = performance.now()
  const result = await run()
  return { ms: performance.now() - startedAt, result }
}
