import { openBenchServices } from './bench-services'
import type { BenchOptions } from './figure'
import type { Growth, GrowthRow } from './growth'
import { timeReads, timeTotals } from './read-values'
import { seedView } from './read-seed'

const sizes = [10_000, 1_000_000, 20_000_000]
const reads = 200

/** Reads of merged values, series and top keys at so many stored cells, each over a pipeline of its own. */
export async function growthReads({ scale, log }: BenchOptions): Promise<Growth> {
  const services = await openBenchServices()
  const rows: GrowthRow[] = []
  try {
    for (const size of sizes) {
      const view = await seedView(services, `bench-reads-${size}`, size * scale)
      const { ours, plain } = await timeReads(services.pool, view, reads)
      // The first is not counted: it warms the caches of disk and database, as any reader but the first finds them.
      await timeTotals(services.pool, view)
      const totals = await timeTotals(services.pool, view)
      const row = {
        ...{ cells: view.cells, p50: ours.p50, p95: ours.p95, plainP50: plain.p50, plainP95: plain.p95 },
        ...totals,
      }
      log(`growth.reads: ${JSON.stringify(row)}`)
      rows.push(row)
    }
  } finally {
    await services.stop()
  }
  const columns = {
    ...{ p50: 'read p50, ms', p95: 'read p95, ms', plainP50: 'plain SELECT p50, ms' },
    ...{ plainP95: 'plain SELECT p95, ms', seriesMs: 'series of all, ms', topMs: 'top keys of all, ms' },
  }
  return { name: 'growth.reads', by: 'cells', columns, rows }
}
