import type { Pool } from '../../clients'
import type { SpanRecord } from '../../platform'

/** A span that is there already stays as it is: a step done again after a crash is the same span. */
export async function insertSpans(pool: Pool, spans: readonly SpanRecord[], process: string): Promise<void> {
  const column = <T>(of: (span: SpanRecord) => T): T[] => spans.map(of)
  await pool.query(
    `INSERT INTO span (trace_id, span_id, parent_id, name, stage, pipeline, start_us, duration_us, status,
                       attributes, process)
     SELECT t.*, $11::text FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                                       $7::bigint[], $8::bigint[], $9::text[], $10::jsonb[]) AS t
     ON CONFLICT (trace_id, span_id) DO NOTHING`,
    [
      column(({ traceId }) => traceId),
      column(({ spanId }) => spanId),
      column(({ parentId }) => parentId),
      column(({ name }) => storable(name)),
      column(({ stage }) => stage),
      column(({ attributes: { pipeline } }) => (typeof pipeline === 'string' ? pipeline : null)),
      column(({ startUs }) => startUs),
      column(({ durationUs }) => durationUs),
      column(({ status }) => status),
      column(({ attributes: { pipeline: _pipeline, ...rest }, asked }) =>
        storable(JSON.stringify({ ...rest, ...(asked && { asked: true }) })),
      ),
      process,
    ],
  )
}

/** Postgres keeps no NUL, in text as in JSON. */
const storable = (text: string): string => text.replaceAll('\u0000', '').replaceAll('\\u0000', '')

/** What was dropped in a minute, beside what is measured: a trace that is not there must not look like none. */
export async function noteDropped(
  pool: Pool,
  process: string,
  minute: number,
  dropped: number,
): Promise<void> {
  await pool.query(
    `INSERT INTO measurement_minute AS m (pipeline, indicator, minute, source, traffic, count, sum, max, bins)
     VALUES ('', 'spans_dropped', $1, $2, 'real', $3, $3, $3, '{}')
     ON CONFLICT (pipeline, indicator, minute, source, traffic)
     DO UPDATE SET count = m.count + excluded.count, sum = m.sum + excluded.sum`,
    [minute, process, dropped],
  )
}
