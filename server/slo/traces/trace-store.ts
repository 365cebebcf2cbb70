import type { Pool, PoolClient } from '../../clients'
import type { TraceKept, TracesFilter, TraceStatus } from './model'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** A span as it is stored. */
export interface SpanRow {
  traceId: string
  spanId: string
  parentId: string | null
  name: string
  stage: string
  pipeline: string | null
  startUs: number
  durationUs: number
  status: TraceStatus
  attributes: Record<string, unknown>
  process: string
}

/** A kept trace as it is stored. */
export interface TraceRow {
  traceId: string
  name: string
  pipeline: string | null
  startUs: number
  durationUs: number
  status: TraceStatus
  kept: TraceKept
  says: string | null
  spans: number
  stages: Record<string, number>
}

/** No trace of ours has more; one that somebody else's ids put together is cut here. */
export const spansLimit = 2_000

const spanColumns = `trace_id AS "traceId", span_id AS "spanId", parent_id AS "parentId", name, stage, pipeline,
  start_us::float8 AS "startUs", duration_us::float8 AS "durationUs", status, attributes, process`

export async function selectSpans(db: Queryable, traceIds: readonly string[]): Promise<SpanRow[]> {
  const { rows } = await db.query<SpanRow>(
    `SELECT ${spanColumns} FROM unnest($1::text[]) AS wanted (id)
       CROSS JOIN LATERAL (SELECT * FROM span WHERE trace_id = wanted.id ORDER BY start_us, span_id LIMIT $2) AS s`,
    [traceIds, spansLimit],
  )
  return rows
}

const traceColumns = `trace_id AS "traceId", name, pipeline, start_us::float8 AS "startUs",
  duration_us::float8 AS "durationUs", status, kept, says, spans, stages`

export async function selectTraces(
  db: Queryable,
  { pipeline, status, kept, from, to, slowest, limit }: TracesFilter,
): Promise<TraceRow[]> {
  const { rows } = await db.query<TraceRow>(
    `SELECT ${traceColumns} FROM trace
      WHERE ($1::text IS NULL OR pipeline = $1) AND ($2::text IS NULL OR status = $2)
        AND ($3::text IS NULL OR kept = $3)
        AND ($4::bigint IS NULL OR start_us >= $4) AND ($5::bigint IS NULL OR start_us < $5)
      ORDER BY ${slowest === true ? 'duration_us DESC' : 'start_us DESC'}, trace_id
      LIMIT $6`,
    [
      pipeline ?? null,
      status ?? null,
      kept ?? null,
      from == null ? null : Math.round(from * 1_000),
      to == null ? null : Math.round(to * 1_000),
      limit ?? 50,
    ],
  )
  return rows
}

export async function selectKept(db: Queryable, traceId: string): Promise<TraceKept | null> {
  const { rows } = await db.query<{ kept: TraceKept }>('SELECT kept FROM trace WHERE trace_id = $1', [
    traceId,
  ])
  return rows[0]?.kept ?? null
}
