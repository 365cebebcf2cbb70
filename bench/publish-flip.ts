import { inTransaction, type Pool, type PoolClient } from '../server/clients'
import type { TestServices } from '../server/clients/testing'
import { publishVersions, rollbackTo, stageVersion } from '../server/serving'
import { firstAt, minuteMs } from './batch-events'
import { benchKeys } from './bench-events'
import { addPipeline, openBenchServices } from './bench-services'
import { median, percentile, rounded, type BenchOptions, type Figure } from './figure'

const flips = 50

/**
 * Milliseconds of the transaction that puts another version of so many cells in force for all readers, against one that
 * updates a single row by its key.
 */
export const publishFlip =
  (name: '1k' | '1m') =>
  async ({ scale, log }: BenchOptions): Promise<Figure> => {
    const cells = Math.max(1, Math.round((name === '1k' ? 1_000 : 1_000_000) * scale))
    const services = await openBenchServices()
    try {
      const computeId = await addPipeline(services, 'bench-flip')
      await twoVersions(services, computeId, cells)
      const ours: number[] = []
      const limits: number[] = []
      for (let i = 0; i < flips; i++) {
        limits.push(
          await timed(services.pool, (client) =>
            client.query('UPDATE compute SET id = id WHERE id = $1', [computeId]),
          ),
        )
        // There and back: publications 1 and 2 stand for the two versions.
        const target = { publication: 1 + (i % 2) }
        ours.push(
          await timed(services.pool, (client) =>
            rollbackTo(client, { computeId, target, actor: 'bench', reason: null, jobId: null }),
          ),
        )
      }
      log(`publish.flip.${name}: ${flips} flips of ${cells} cells`)
      return {
        name: `publish.flip.${name}`,
        value: rounded(median(ours)),
        unit: 'ms',
        limit: rounded(median(limits)),
        ratio: rounded(median(limits) / median(ours)),
        p50: rounded(median(ours)),
        p95: rounded(percentile(ours, 0.95)),
        p99: rounded(percentile(ours, 0.99)),
        n: cells,
      }
    } finally {
      await services.stop()
    }
  }

async function twoVersions({ pool }: TestServices, computeId: number, cells: number): Promise<void> {
  for (const epoch of [0, 1]) {
    const range = { from: firstAt, to: firstAt + Math.ceil(cells / benchKeys) * minuteMs }
    const { id } = await stageVersion(
      pool,
      {
        computeId,
        pipeline: 'bench-flip',
        range,
        cut: { epoch, seqs: [1, 1, 1, 1], watermarks: [range.to, range.to, range.to, range.to] },
        schemas: {},
        jobId: null,
        createdBy: 'bench',
        reason: null,
      },
      () => ({ lines: linesOf(cells, epoch), figures: () => ({ digest: 'bench', events: cells, bytes: 0 }) }),
    )
    await inTransaction(pool, (client) =>
      publishVersions(client, { computeId, versionIds: [id], actor: 'bench', reason: null, jobId: null }),
    )
  }
}

async function* linesOf(cells: number, epoch: number): AsyncGenerator<string> {
  for (let from = 0; from < cells; from += benchKeys)
    yield Array.from({ length: Math.min(benchKeys, cells - from) }, (_, i) => {
      const window = firstAt + (from / benchKeys) * minuteMs
      return `${window}\tk${String(i).padStart(4, '0')}\t{${epoch + 1},${i},1}\t\\N\n`
    }).join('')
}

async function timed(pool: Pool, run: (client: PoolClient) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await inTransaction(pool, run)
  return performance.now() - startedAt
}
