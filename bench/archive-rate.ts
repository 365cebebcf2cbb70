import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuck, type Duck } from '../server/clients'
import type { TestServices } from '../server/clients/testing'
import {
  archivedRelation,
  archivedSeq,
  openSchemaRegistry,
  requestFlush,
  runArchiver,
  streamState,
} from '../server/log'
import { sleep } from '../server/platform'
import { benchType } from './bench-events'
import { openBenchServices, partitions, publishFrames } from './bench-services'
import { figurePerSecond, pairsOf, type BenchOptions, type Figure } from './figure'

const events = 1_000_000
const pollMs = 10

/**
 * Events a second from the log to listed segments, synced, with their checksums (frames of 50, decoding and scalar
 * fields as columns included), against DuckDB's COPY of the same rows from memory to Parquet.
 */
export async function archiveRate({ reps, scale, log }: BenchOptions): Promise<Figure> {
  const dir = mkdtempSync(path.join(tmpdir(), 'parallax-bench-'))
  const count = Math.round(events * scale)
  const services = await openBenchServices()
  const duck = await openDuck({ threads: 2 })
  try {
    await publishFrames(services, count)
    const pairs = await pairsOf(reps, async (rep) => {
      const archive = path.join(dir, String(rep))
      const own = await archiveAll(services, archive)
      const limit = await copyPlain(services, duck, archive, count)
      log(`archive rep ${rep}: ${own.toFixed(2)} s, COPY ${limit.toFixed(2)} s, ${count} events`)
      return { own, limit }
    })
    return figurePerSecond({ name: 'archive', unit: 'events/s', n: count }, pairs)
  } finally {
    duck.close()
    await services.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function archiveAll({ pool, nats }: TestServices, dir: string): Promise<number> {
  await pool.query('DELETE FROM archive_segment')
  await pool.query('DELETE FROM archive_position')
  const { lastSeq } = await streamState(nats)
  const schemas = await openSchemaRegistry({ pool, nats })
  const startedAt = performance.now()
  const stop = await runArchiver({ pool, nats, dir, partitions, schemas, owner: 'bench' })
  while ((await archivedSeq(pool)) < lastSeq) {
    // Else the last ones wait for the archiver's timer.
    requestFlush(nats, lastSeq)
    await sleep(pollMs)
  }
  const seconds = (performance.now() - startedAt) / 1_000
  await stop()
  schemas.close()
  return seconds
}

async function copyPlain({ pool }: TestServices, duck: Duck, dir: string, count: number): Promise<number> {
  const found = await archivedRelation(pool, dir, { type: benchType })
  const rows = found?.segments.reduce((sum, segment) => sum + segment.rows, 0)
  if (found === null || rows !== count) throw new Error(`${rows ?? 0} of ${count} events were archived`)
  await duck.run(`CREATE OR REPLACE TABLE archived AS FROM ${found.relation}`)
  const startedAt = performance.now()
  await duck.run(
    `COPY archived TO '${path.join(dir, 'plain.parquet')}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
  )
  return (performance.now() - startedAt) / 1_000
}
