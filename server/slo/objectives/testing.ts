import type { Pool } from '../../clients'
import { computeHash, formatDefinition, parseDefinition } from '../../pipeline'
import type { Sli, Traffic } from '../model'
import type { Trail } from './model'
import { minuteMs } from './objective-window'

/** Notes what would have been put into the audit trail. */
export function trail(entries: Parameters<Trail>[1][] = []): Trail {
  return (_client, entry) => {
    entries.push(entry)
    return Promise.resolve()
  }
}

/** A pipeline in force, with these objectives in its definition. */
export async function addPipeline(
  pool: Pool,
  name: string,
  objectives: Record<string, unknown> = {},
): Promise<void> {
  const parsed = parseDefinition({
    apiVersion: 'parallax/v1',
    kind: 'Pipeline',
    metadata: { name, title: name, owner: 'ops' },
    spec: {
      events: { type: 'sale' },
      window: { size: '10s' },
      measures: { sales: { count: true } },
      objectives,
    },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { definition } = parsed
  await pool.query(
    `WITH c AS (INSERT INTO compute (pipeline, hash, type, partitions) VALUES ($1, $2, 'sale', 1) RETURNING id),
          v AS (INSERT INTO pipeline_version (pipeline, version, definition, compute_id, created_by)
                SELECT $1, 1, $3::jsonb, id, 'test' FROM c RETURNING id)
     INSERT INTO pipeline (name, version_id) SELECT $1, id FROM v`,
    [name, computeHash(definition), JSON.stringify(formatDefinition(definition))],
  )
}

/** The same figures in every minute of a stretch; written again, they replace what was there. */
export async function putMinutes(
  pool: Pool,
  { pipeline, indicator, threshold }: Sli,
  put: { from: number; to: number; good: number; total: number; traffic?: Traffic },
): Promise<void> {
  await pool.query(
    `INSERT INTO sli_minute (pipeline, indicator, threshold, minute, source, traffic, good, total, known_at)
     SELECT $1, $2, $3, minute, 'test', $4, $5, $6, clock_timestamp()
       FROM generate_series($7::bigint, $8::bigint - 1, $9::bigint) AS minute
     ON CONFLICT (pipeline, indicator, threshold, minute, source, traffic, revision)
     DO UPDATE SET good = excluded.good, total = excluded.total, known_at = excluded.known_at`,
    [pipeline, indicator, threshold, put.traffic ?? 'real', put.good, put.total, put.from, put.to, minuteMs],
  )
}

/** The same distribution in every minute of a stretch. */
export async function putBins(
  pool: Pool,
  put: { pipeline: string; indicator: string; from: number; to: number; bins: Record<string, number> },
): Promise<void> {
  const count = Object.values(put.bins).reduce((sum, one) => sum + one, 0)
  await pool.query(
    `INSERT INTO measurement_minute (pipeline, indicator, minute, source, traffic, count, sum, max, bins)
     SELECT $1, $2, minute, 'test', 'real', $3, 0, 0, $4 FROM generate_series($5::bigint, $6::bigint - 1, $7::bigint) AS minute`,
    [put.pipeline, put.indicator, count, JSON.stringify(put.bins), put.from, put.to, minuteMs],
  )
}
