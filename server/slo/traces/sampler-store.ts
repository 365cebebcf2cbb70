import type { Pool, PoolClient } from '../../clients'
import type { TraceKept } from './model'
import type { TraceShape } from './summarise-trace'

type Queryable = Pick<Pool | PoolClient, 'query'>

export interface OpenTrace {
  traceId: string
  isEnded: boolean
  /** When its first span that no decision covers was written; epoch ms. */
  since: number
}

/**
 * Traces with spans that no decision covers. One has ended when nothing came for a while; a run whose own span is
 * still out has not, for as long as a span is kept.
 */
export async function selectOpen(
  db: Queryable,
  { after, quietS, openS, limit }: { after: number; quietS: number; openS: number; limit: number },
): Promise<OpenTrace[]> {
  const { rows } = await db.query<OpenTrace>(
    `SELECT s.trace_id AS "traceId", (extract(epoch FROM min(s.at)) * 1000)::float8 AS since,
            max(s.at) < now() - make_interval(secs => $2)
              AND (bool_or(s.parent_id IS NULL) OR NOT bool_or(s.stage IN ('batch', 'reconcile', 'publish'))
                   OR max(s.at) < now() - make_interval(secs => $3)) AS "isEnded"
       FROM span s
      WHERE s.at >= to_timestamp($1 / 1000.0)
        AND NOT EXISTS (SELECT FROM trace t WHERE t.trace_id = s.trace_id AND t.at >= s.at)
      GROUP BY s.trace_id ORDER BY min(s.at) LIMIT $4`,
    [after, quietS, openS, limit],
  )
  return rows
}

/** Event-to-view thresholds in ms by pipeline, from the objectives in force: the strictest. */
export async function selectThresholds(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ pipeline: string; threshold: number }>(
    `SELECT spec->'sli'->>'pipeline' AS pipeline, min((spec->'sli'->>'threshold')::float8) AS threshold
       FROM objective WHERE removed_at IS NULL AND spec->'sli'->>'indicator' = 'event_to_view'
      GROUP BY 1`,
  )
  return new Map(rows.map(({ pipeline, threshold }) => [pipeline, threshold]))
}

/** What runs of a pipeline and kind took lately: the median, in microseconds, of at least five. */
export async function selectUsualRuns(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ pipeline: string; kind: string; us: number }>(
    `SELECT pipeline, name AS kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_us) AS us
       FROM (SELECT pipeline, name, duration_us,
                    row_number() OVER (PARTITION BY pipeline, name ORDER BY start_us DESC) AS place
               FROM span WHERE stage = 'batch' AND parent_id IS NULL AND status = 'ok'
                 AND at > now() - interval '2 days') AS recent
      WHERE place <= 20 GROUP BY 1, 2 HAVING count(*) >= 5`,
  )
  return new Map(rows.map(({ pipeline, kind, us }) => [`${pipeline} ${kind}`, us]))
}

export interface KeptTrace extends TraceShape {
  traceId: string
  kept: TraceKept
  spans: number
}

/** A trace that goes on after it was kept is told again, whole, and exported again: a receiver takes the same ids. */
export async function upsertTraces(db: Queryable, traces: readonly KeptTrace[]): Promise<void> {
  if (traces.length === 0) return
  const column = <T>(of: (trace: KeptTrace) => T): T[] => traces.map(of)
  await db.query(
    `INSERT INTO trace (trace_id, name, pipeline, start_us, duration_us, status, kept, says, spans, stages)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                          $8::text[], $9::int[], $10::jsonb[])
     ON CONFLICT (trace_id) DO UPDATE SET name = excluded.name, pipeline = excluded.pipeline,
       start_us = excluded.start_us, duration_us = excluded.duration_us, status = excluded.status,
       kept = excluded.kept, says = excluded.says, spans = excluded.spans, stages = excluded.stages,
       exported = false, at = now()`,
    [
      column(({ traceId }) => traceId),
      column(({ name }) => name),
      column(({ pipeline }) => pipeline),
      column(({ startUs }) => startUs),
      column(({ durationUs }) => durationUs),
      column(({ status }) => status),
      column(({ kept }) => kept),
      column(({ says }) => says),
      column(({ spans }) => spans),
      column(({ stages }) => JSON.stringify(stages)),
    ],
  )
}

/** Drops traces that were decided against; spans that came meanwhile are a trace of their own to decide on. */
export async function deleteSpans(
  db: Queryable,
  traceIds: readonly string[],
  writtenBefore: number,
): Promise<void> {
  await db.query('DELETE FROM span WHERE trace_id = ANY($1::text[]) AND at <= to_timestamp($2 / 1000.0)', [
    traceIds,
    writtenBefore,
  ])
}

const chunk = 5_000

/** Kept traces after a week, and spans that no kept trace needs after an hour. */
export async function forgetTraces(db: Queryable): Promise<void> {
  await db.query(
    `WITH gone AS (DELETE FROM trace WHERE trace_id IN (
         SELECT trace_id FROM trace WHERE at < now() - interval '7 days' LIMIT ${chunk}) RETURNING trace_id)
     DELETE FROM span WHERE trace_id IN (SELECT trace_id FROM gone)`,
  )
  await db.query(
    `DELETE FROM span WHERE (trace_id, span_id) IN (
       SELECT s.trace_id, s.span_id FROM span s
        WHERE s.at < now() - interval '7 days'
           OR (s.at < now() - interval '2 hours' AND NOT EXISTS (SELECT FROM trace t WHERE t.trace_id = s.trace_id))
        LIMIT ${chunk})`,
  )
}

export async function databaseNow(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ now: number }>('SELECT (extract(epoch FROM now()) * 1000)::float8 AS now')
  return rows[0]?.now ?? 0
}
