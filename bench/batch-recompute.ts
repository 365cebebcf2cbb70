import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuckDbEngine } from '../server/batch'
import { openDuck, type Duck } from '../server/clients'
import { compilePipeline, parseDefinition } from '../server/pipeline'
import { benchKeys, benchType } from './bench-events'
import { median, rounded, type BenchOptions, type Figure } from './figure'

const events = 10_000_000
const eventsPerFile = 1_000_000
const firstAt = Date.UTC(2026, 0, 1)
const minuteMs = 60_000
const threads = 2
const memoryMb = 4096

const definition = {
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: 'bench-batch', title: 'bench', owner: 'bench' },
  spec: {
    events: { type: benchType },
    key: 'data.key',
    window: { size: '60s' },
    measures: {
      orders: { count: true },
      amount: { sum: 'data.amount', type: 'int' },
      users: { distinct: 'data.user' },
      amount_p95: { quantile: 'data.amount', q: 0.95 },
    },
  },
}

/**
 * Seconds to recompute archived events by minute and key, exactly deduplicated, with what a version keeps (sketches
 * included), against plain DuckDB SQL for the same four numbers over the same files.
 */
export async function batchRecompute({ reps, scale, log }: BenchOptions): Promise<Figure> {
  const dir = mkdtempSync(path.join(tmpdir(), 'parallax-bench-'))
  const count = Math.round(events * scale)
  try {
    const plain = await openDuck({ threads, memoryLimit: `${memoryMb}MiB`, tempDir: dir })
    const relation = await writeArchive(plain, dir, count)
    const engine = await openDuckDbEngine({ threads, memoryMb, tempDir: path.join(dir, 'spill') })
    const parsed = parseDefinition(definition)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    const compiled = compilePipeline(parsed.definition)
    const columns = {
      shredded: true,
      columns: new Set(['s:key', 'n:amount', 's:user']),
      eventType: benchType,
    }
    const to = firstAt + Math.ceil(count / minuteMs) * minuteMs
    const ours: number[] = []
    const limits: number[] = []
    for (let rep = 0; rep <= reps; rep++) {
      const limit = await timed(() => countRows(plain.stream(plainSql(relation))))
      const scope = { relation, columns, from: firstAt, to, cut: [count] }
      const own = await timed(() => countRows(engine.cells(compiled, scope, undefined)))
      if (own.rows !== limit.rows)
        throw new Error(`${own.rows} cells recomputed, plain SQL has ${limit.rows}`)
      log(
        `batch.recompute rep ${rep}: ${own.seconds.toFixed(2)} s, plain ${limit.seconds.toFixed(2)} s, ${own.rows} cells`,
      )
      if (rep === 0) continue
      ours.push(own.seconds)
      limits.push(limit.seconds)
    }
    await engine.close()
    plain.close()
    return {
      name: 'batch.recompute',
      value: rounded(median(ours)),
      unit: 's',
      limit: rounded(median(limits)),
      ratio: rounded(median(limits.map((limit, i) => limit / (ours[i] ?? NaN)))),
      n: count,
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** One millisecond of event time each, every hundredth a repeat of the one before, laid out as the archive does. */
async function writeArchive(duck: Duck, dir: string, count: number): Promise<string> {
  const files: string[] = []
  for (let from = 0; from < count; from += eventsPerFile) {
    const file = path.join(dir, `${from}.parquet`)
    const to = Math.min(count, from + eventsPerFile)
    await duck.run(
      `COPY (
         SELECT (i + 1)::BIGINT AS seq, 0::INTEGER AS idx, 0::SMALLINT AS part, ${firstAt} + e AS log_time,
                ${firstAt} + e AS "time", 's' AS source, id, NULL::VARCHAR AS subject, NULL::VARCHAR AS attrs,
                '{"key":"' || key || '","amount":' || amount || ',"user":"' || usr || '"}' AS data,
                hash(id) AS fp, key AS "s:key", amount::DOUBLE AS "n:amount", usr AS "s:user"
           FROM (SELECT i, e, lpad(e::VARCHAR, 10, '0') AS id, 'k' || (hash(e) % ${benchKeys}) AS key,
                        (hash(e + 1) % 1000)::INTEGER AS amount, 'u' || (hash(e + 2) % 100000) AS usr
                   FROM (SELECT i, CASE WHEN i % 100 = 99 THEN i - 1 ELSE i END AS e FROM range(${from}, ${to}) t(i))))
       TO '${file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
    )
    files.push(`'${file}'`)
  }
  return `read_parquet([${files.join(', ')}], union_by_name = true)`
}

const plainSql = (relation: string) =>
  `SELECT ("time" // ${minuteMs}) * ${minuteMs} AS minute, "s:key" AS key, count(*), sum("n:amount"::BIGINT),
          count(DISTINCT "s:user"), quantile_disc("n:amount", 0.95)
     FROM (SELECT DISTINCT ON (source, id) "time", "s:key", "n:amount", "s:user" FROM ${relation} ORDER BY source, id, seq, idx)
    GROUP BY 1, 2`

async function countRows(chunks: AsyncIterable<unknown[]>): Promise<number> {
  let rows = 0
  for await (const chunk of chunks) rows += chunk.length
  return rows
}

async function timed(run: () => Promise<number>): Promise<{ seconds: number; rows: number }> {
  const startedAt = performance.now()
  const rows = await run()
  return { rows, seconds: (performance.now() - startedAt) / 1_000 }
}
