import { stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Duck } from '../server/clients'
import { compilePipeline, parseDefinition, type CompiledPipeline } from '../server/pipeline'
import { benchKeys, benchType } from './bench-events'

const eventsPerFile = 1_000_000
export const firstAt = Date.UTC(2026, 0, 1)
export const minuteMs = 60_000

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

/** Count, sum, distinct and quantile by minute and key. */
export function batchPipeline(): CompiledPipeline {
  const parsed = parseDefinition(definition)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return compilePipeline(parsed.definition)
}

/** Starts the engine's process, as the batch role does. */
export const engineProgram = [
  '--import',
  'tsx',
  fileURLToPath(new URL('../server/clients/testing-duck-process.ts', import.meta.url)),
]

export interface WrittenSegment {
  file: string
  seqFrom: number
  seqTo: number
  minTime: number
  maxTime: number
  rows: number
  bytes: number
}

export const batchColumns = { 's:key': 'VARCHAR', 'n:amount': 'DOUBLE', 's:user': 'VARCHAR' } as const

/**
 * Writes events as Parquet segments, laid out as the archive lays them out: one millisecond of event time each, every
 * hundredth a repeat of the one before.
 */
export async function writeSegments(duck: Duck, dir: string, count: number): Promise<WrittenSegment[]> {
  const segments: WrittenSegment[] = []
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
    const { size } = await stat(file)
    segments.push({
      file,
      seqFrom: from + 1,
      seqTo: to,
      minTime: firstAt + from,
      maxTime: firstAt + to - 1,
      rows: to - from,
      bytes: size,
    })
  }
  return segments
}

export const relationOf = (files: readonly string[]): string =>
  `read_parquet([${files.map((file) => `'${file}'`).join(', ')}], union_by_name = true)`
