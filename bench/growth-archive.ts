import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuckDbEngine, recompute } from '../server/batch'
import type { TestServices } from '../server/clients/testing'
import {
  archivedSeq,
  eventsStream,
  openAppender,
  openSchemaRegistry,
  requestFlush,
  runArchiver,
  streamState,
} from '../server/log'
import { sleep, systemClock } from '../server/platform'
import { openArchiveSource } from '../server/workers/archive-source'
import { batchPipeline, engineProgram, firstAt, minuteMs } from './batch-events'
import { benchEvent } from './bench-events'
import { addPipeline, openBenchServices, partitions } from './bench-services'
import { rounded, type BenchOptions } from './figure'
import type { Growth, GrowthRow } from './growth'

const sizes = [1_000_000, 10_000_000, 100_000_000]
const portion = 20_000
const users = 100_000
/** What a batch worker has unless it is told otherwise. */
const engineMb = 1024
const logBytes = 40 * 1024 ** 3
const sampleMs = 500
const megabyte = 1024 ** 2

/**
 * Events by the whole way of batch: appended to the log, archived beside it, and recounted from the archive. The
 * memory is that of the producer, the archiver and its DuckDB, which are one process here.
 */
export async function growthArchive({ scale, log }: BenchOptions): Promise<Growth> {
  const rows: GrowthRow[] = []
  for (const size of sizes) {
    const row = await measure(Math.round(size * scale))
    log(`growth.archive ${JSON.stringify(row)}`)
    rows.push(row)
  }
  return {
    name: 'growth.archive',
    by: 'events',
    columns: {
      archiveSeconds: 'appended and archived, s',
      recountSeconds: 'recounted, s',
      peakMb: 'producer and archiver, MB',
      logMb: 'log, MB',
      archiveMb: 'archive, MB',
    },
    rows,
  }
}

async function measure(count: number): Promise<GrowthRow> {
  const dir = mkdtempSync(path.join(tmpdir(), 'parallax-bench-'))
  const services = await openBenchServices()
  const rss: number[] = []
  const sampling = setInterval(() => rss.push(process.memoryUsage().rss), sampleMs)
  try {
    await services.nats.jsm.streams.update(eventsStream, { max_bytes: logBytes })
    const startedAt = performance.now()
    await appendAndArchive(services, dir, count)
    const archiveSeconds = (performance.now() - startedAt) / 1_000
    clearInterval(sampling)
    const { bytes: logSize, lastSeq } = await streamState(services.nats)
    const recountSeconds = await recount(services, { dir, count, lastSeq })
    const { rows } = await services.pool.query<{ segments: number; bytes: number }>(
      `SELECT count(*)::int AS segments, sum(bytes)::float8 AS bytes FROM archive_segment WHERE state = 'live'`,
    )
    return {
      events: count,
      archiveSeconds: rounded(archiveSeconds),
      eventsPerSecond: Math.round(count / archiveSeconds),
      recountSeconds: rounded(recountSeconds),
      peakMb: Math.round(Math.max(...rss) / megabyte),
      middleMb: Math.round((rss[rss.length >> 1] ?? 0) / megabyte),
      logMb: Math.round(logSize / 1e6),
      archiveMb: Math.round((rows[0]?.bytes ?? 0) / 1e6),
      segments: rows[0]?.segments ?? 0,
    }
  } finally {
    clearInterval(sampling)
    await services.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function appendAndArchive({ pool, nats }: TestServices, dir: string, count: number): Promise<void> {
  const schemas = await openSchemaRegistry({ pool, nats })
  const stop = await runArchiver({ pool, nats, dir, partitions, schemas, owner: 'bench' })
  const appender = openAppender(nats, { partitions, maxFrameEvents: 50, lingerMs: 1_000 })
  for (let from = 0; from < count; from += portion) {
    const size = Math.min(portion, count - from)
    await appender.append(Array.from({ length: size }, (_, i) => withUser(from + i)))
  }
  await appender.close()
  const { lastSeq } = await streamState(nats)
  while ((await archivedSeq(pool)) < lastSeq) {
    requestFlush(nats, lastSeq)
    await sleep(50)
  }
  await stop()
  schemas.close()
}

/** A recount of all that was archived, in seconds; every hundredth event is a repeat, and must not count. */
async function recount(
  services: TestServices,
  { dir, count, lastSeq }: { dir: string; count: number; lastSeq: number },
): Promise<number> {
  const { pool } = services
  const computeId = await addPipeline(services, 'bench-archive')
  const engine = await openDuckDbEngine({
    threads: 2,
    memoryMb: engineMb,
    tempDir: path.join(dir, '.spill-batch'),
    program: engineProgram,
  })
  const to = firstAt + Math.ceil((count + 1) / minuteMs) * minuteMs
  try {
    const startedAt = performance.now()
    const staged = await recompute({
      pool,
      engine,
      archive: openArchiveSource({ pool, nats: null, dir }),
      clock: systemClock,
      compute: { id: computeId, pipeline: 'bench-archive' },
      compiled: batchPipeline(),
      range: { from: firstAt, to },
      cut: {
        epoch: 0,
        seqs: Array.from({ length: partitions }, () => lastSeq),
        watermarks: Array.from({ length: partitions }, () => to - minuteMs),
      },
      actor: 'bench',
      reason: null,
      jobId: null,
    })
    const expected = count - Math.floor(count / 100)
    if (staged.events !== expected)
      throw new Error(`${staged.events} events were counted, ${expected} are distinct`)
    return (performance.now() - startedAt) / 1_000
  } finally {
    await engine.close()
  }
}

function withUser(i: number) {
  const event = benchEvent(i)
  const { key, amount } = event.data as { key: string; amount: number }
  return { ...event, data: { key, amount, user: `u${(Math.imul(i, 40_503) >>> 0) % users}` } }
}
