import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuckDbEngine, recompute } from '../server/batch'
import { openDuck, type Pool } from '../server/clients'
import type { TestServices } from '../server/clients/testing'
import { systemClock } from '../server/platform'
import { discardVersions } from '../server/serving'
import { openArchiveSource } from '../server/workers/archive-source'
import { batchColumns, batchPipeline, engineProgram, firstAt, minuteMs, writeSegments } from './batch-events'
import type { WrittenSegment } from './batch-events'
import { benchType } from './bench-events'
import { addPipeline, openBenchServices } from './bench-services'
import { rounded, type BenchOptions } from './figure'
import type { Growth, GrowthRow } from './growth'

const sizes = [1_000_000, 10_000_000, 100_000_000]
const threads = 2
/** What a batch worker has unless it is told otherwise. */
const memoryMb = 1024
const hourMs = 3_600_000

/**
 * A recompute of everything archived, from the manifest to the staged version: checksums of all segments, repeats,
 * chunks of hours in the engine's process with its limit, and the rows in Postgres. The segments are written by
 * DuckDB, laid out as the archiver lays them out, and listed with their checksums.
 */
export async function growthBatch({ scale, log }: BenchOptions): Promise<Growth> {
  const dir = mkdtempSync(path.join(tmpdir(), 'parallax-bench-'))
  const services = await openBenchServices()
  try {
    const computeId = await addPipeline(services, 'bench-batch')
    const rows: GrowthRow[] = []
    for (const size of sizes) {
      const row = await measure(services, { dir, computeId, count: Math.round(size * scale) })
      log(`growth.batch ${JSON.stringify(row)}`)
      rows.push(row)
    }
    return {
      name: 'growth.batch',
      by: 'events',
      columns: { seconds: 's', peakMb: 'MB', parquetMb: 'MB', cells: 'cells' },
      rows,
    }
  } finally {
    await services.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(
  { pool }: TestServices,
  { dir, computeId, count }: { dir: string; computeId: number; count: number },
): Promise<GrowthRow> {
  const archive = path.join(dir, String(count))
  mkdirSync(archive, { recursive: true })
  const segments = await archived(pool, archive, count)
  const pids: number[] = []
  const engine = await openDuckDbEngine({
    threads,
    memoryMb,
    tempDir: path.join(dir, 'spill'),
    program: engineProgram,
    onStart: (pid) => pids.push(pid),
  })
  const to = firstAt + Math.ceil(count / hourMs) * hourMs
  try {
    const startedAt = performance.now()
    const staged = await recompute({
      pool,
      engine,
      archive: openArchiveSource({ pool, nats: null, dir: archive }),
      clock: systemClock,
      compute: { id: computeId, pipeline: 'bench-batch' },
      compiled: batchPipeline(),
      range: { from: firstAt, to },
      cut: { epoch: 0, seqs: [count], watermarks: [to - minuteMs] },
      actor: 'bench',
      reason: null,
      jobId: null,
    })
    const seconds = (performance.now() - startedAt) / 1_000
    const repeats = Math.floor(count / 100)
    if (staged.events !== count - repeats)
      throw new Error(`${staged.events} events were counted, ${count - repeats} are distinct`)
    const peaks = pids.map(peakMbOf)
    await discardVersions(pool, computeId, [staged.id])
    return {
      events: count,
      seconds: rounded(seconds),
      peakMb: Math.max(...peaks),
      parquetMb: Math.round(segments.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6),
      cells: staged.rows,
    }
  } finally {
    await engine.close()
    await pool.query('DELETE FROM archive_segment')
    rmSync(archive, { recursive: true, force: true })
  }
}

async function archived(pool: Pool, dir: string, count: number): Promise<WrittenSegment[]> {
  const duck = await openDuck({ threads, memoryLimit: `${memoryMb}MiB`, tempDir: path.join(dir, '.spill') })
  try {
    const segments = await writeSegments(duck, dir, count)
    for (const segment of segments) {
      const { file, seqFrom, seqTo, rows, bytes, minTime, maxTime } = segment
      await pool.query(
        `INSERT INTO archive_segment
           (type, file, seq_from, seq_to, rows, bytes, min_time, max_time, checksum, columns, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'live')`,
        [
          benchType,
          path.relative(dir, file),
          seqFrom,
          seqTo,
          rows,
          bytes,
          minTime,
          maxTime,
          await sha256(file),
          JSON.stringify({ fields: batchColumns, overflow: false }),
        ],
      )
    }
    await pool.query(
      `INSERT INTO archive_position (id, seq, fence) VALUES (1, $1, 1) ON CONFLICT (id) DO UPDATE SET seq = $1`,
      [count],
    )
    return segments
  } finally {
    duck.close()
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Peak resident memory of a process, MB. */
function peakMbOf(pid: number): number {
  const [, kib = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round((Number(kib) * 1024) / 1e6)
}
