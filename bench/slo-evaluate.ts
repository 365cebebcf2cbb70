import { startTestServices } from '../server/clients/testing'
import type { Pool } from '../server/clients'
import { evaluationBench } from '../server/slo/testing-bench'
import { figureOfTimes, type BenchOptions, type Figure, type Pair } from './figure'

const objectives = 1_000
const hourMs = 3_600_000
const minuteMs = 60_000

/**
 * One round of all objectives over a month of figures, of which the newest minutes changed; the limit is the plain
 * SQL that adds up the same budget windows.
 */
export async function sloEvaluate({ reps, scale, log }: BenchOptions): Promise<Figure> {
  await using services = await startTestServices()
  const { pool } = services
  const count = Math.max(10, Math.round(objectives * scale))
  const now = Math.floor(Date.now() / hourMs) * hourMs + 30 * minuteMs
  await seed(pool, count, now)
  const bench = evaluationBench(pool, count)
  log(`slo.evaluate: ${count} objectives, first round ${Math.round(await timed(() => bench.round(now)))} ms`)
  const pairs: Pair[] = []
  for (let rep = 1; rep <= reps; rep++) {
    const at = now + rep * 10_000
    await addMinute(pool, count, Math.floor(at / minuteMs) * minuteMs)
    const plain = await timed(() => plainSums(pool, at))
    const own = await timed(() => bench.round(at))
    log(`slo.evaluate rep ${rep}: ${Math.round(own)} ms, plain SQL ${Math.round(plain)} ms`)
    pairs.push({ own, limit: plain })
  }
  return figureOfTimes({ name: 'slo.evaluate', unit: 'ms', n: count }, pairs)
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}

/** 30 days of hours, and the minutes of the newest nine hours. */
async function seed(pool: Pool, count: number, now: number): Promise<void> {
  const hour = Math.floor(now / hourMs) * hourMs
  await pool.query(
    `INSERT INTO sli_hour (pipeline, indicator, threshold, hour, good_then, total_then, good_now, total_now, slices)
     SELECT 'p' || i, 'latency', 300, h, 5990, 6000, 5990, 6000, '{"probe": 0, "by": {}}'
       FROM generate_series(1, $1::int) i, generate_series($2::bigint, $3::bigint, $4::bigint) h`,
    [count, hour - 30 * 24 * hourMs, hour - hourMs, hourMs],
  )
  for (let at = hour - 8 * hourMs; at <= now; at += hourMs)
    await pool.query(
      `INSERT INTO sli_minute (pipeline, indicator, threshold, minute, source, traffic, good, total, known_at)
       SELECT 'p' || i, 'latency', 300, m, 'bench', 'real', 99, 100, now() - interval '1 hour'
         FROM generate_series(1, $1::int) i, generate_series($2::bigint, $3::bigint, $4::bigint) m`,
      [count, at, Math.min(now, at + hourMs - minuteMs), minuteMs],
    )
  await pool.query(`INSERT INTO setting (key, value) VALUES ('sli-hours', $1::jsonb)`, [
    JSON.stringify({ upTo: hour, knownAt: Date.now() }),
  ])
  await pool.query('ANALYZE sli_hour, sli_minute')
}

async function addMinute(pool: Pool, count: number, minute: number): Promise<void> {
  await pool.query(
    `INSERT INTO sli_minute (pipeline, indicator, threshold, minute, source, traffic, good, total, known_at)
     SELECT 'p' || i, 'latency', 300, $2, 'bench', 'real', 99, 100, clock_timestamp() FROM generate_series(1, $1::int) i
     ON CONFLICT (pipeline, indicator, threshold, minute, source, traffic, revision)
     DO UPDATE SET good = sli_minute.good + 1, total = sli_minute.total + 1, known_at = clock_timestamp()`,
    [count, minute],
  )
}

/** The budget window and the four long and short windows of its alert, by plain aggregates. */
async function plainSums(pool: Pool, now: number): Promise<void> {
  await pool.query(
    `SELECT pipeline, sum(good_now), sum(total_now), sum(good_then), sum(total_then),
            sum(good_then) FILTER (WHERE hour >= $2), sum(total_then) FILTER (WHERE hour >= $2),
            sum(good_then) FILTER (WHERE hour >= $3), sum(total_then) FILTER (WHERE hour >= $3)
       FROM sli_hour WHERE hour >= $1 GROUP BY pipeline`,
    [now - 30 * 24 * hourMs, now - 3 * 24 * hourMs, now - 24 * hourMs],
  )
  const back = (minutes: number) => now - minutes * minuteMs
  await pool.query(
    `SELECT pipeline, sum(good), sum(total), sum(good) FILTER (WHERE minute >= $2), sum(total) FILTER (WHERE minute >= $2),
            sum(good) FILTER (WHERE minute >= $3), sum(total) FILTER (WHERE minute >= $3),
            sum(good) FILTER (WHERE minute >= $4), sum(total) FILTER (WHERE minute >= $4),
            sum(good) FILTER (WHERE minute >= $5), sum(total) FILTER (WHERE minute >= $5)
       FROM sli_minute WHERE minute >= $1 AND revision = 0 GROUP BY pipeline`,
    [back(360), back(120), back(60), back(30), back(5)],
  )
}
