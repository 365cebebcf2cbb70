import type { Pool } from '../../clients'
import type { Cause } from '../../reconcile'
import type { JobStatus } from '../model'
import type { LongJob } from './model'

type Db = Pick<Pool, 'query'>

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`

/** When measuring an indicator began; null: it has not. */
export async function selectFirstHour(db: Db, indicator: string): Promise<number | null> {
  const { rows } = await db.query<{ first: number | null }>({
    name: 'overview-first-hour',
    text: `SELECT least((SELECT min(minute) FROM sli_minute WHERE indicator = $1),
                        (SELECT min(hour) FROM sli_hour WHERE indicator = $1)) AS first`,
    values: [indicator],
  })
  return rows[0]?.first ?? null
}

/** What published comparisons found since: values that differ by cause, and by the bins of relative difference. */
export async function selectCorrections(
  db: Db,
  since: number,
): Promise<{ causes: { cause: Cause; values: number }[]; bins: number[] }> {
  const values = [since]
  const published = `SELECT m.value FROM comparison c JOIN version v ON v.id = c.version_id, jsonb_each(c.measures) m
    WHERE c.at >= to_timestamp($1::float8 / 1000) AND v.published_at IS NOT NULL`
  const [byCause, byBin] = await Promise.all([
    db.query<{ cause: Cause; values: number }>({
      name: 'overview-corrections-by-cause',
      text: `SELECT k.key AS cause, sum(k.value::bigint)::bigint AS values
               FROM (${published}) p, jsonb_each_text(p.value->'causeCells') k GROUP BY 1 ORDER BY 2 DESC`,
      values,
    }),
    db.query<{ bin: number; values: number }>({
      name: 'overview-corrections-by-bin',
      text: `SELECT (b.ordinality - 1)::int AS bin, sum(b.value::bigint)::bigint AS values
               FROM (${published}) p, jsonb_array_elements_text(p.value->'histogram') WITH ORDINALITY b(value, ordinality)
              WHERE b.ordinality > 1 GROUP BY 1 ORDER BY 1`,
      values,
    }),
  ])
  const bins: (number | undefined)[] = []
  for (const { bin, values: n } of byBin.rows) bins[bin] = n
  return { causes: byCause.rows, bins: Array.from(bins, (n) => n ?? 0) }
}

export interface LargestRow {
  pipeline: string
  measure: string
  key: string
  windowStart: number
  relative: number
  cause: Cause | null
}

/** The largest difference that published comparisons found since, with its main cause. */
export async function selectLargest(db: Db, since: number): Promise<LargestRow | null> {
  const { rows } = await db.query<LargestRow>({
    name: 'overview-largest',
    text: `WITH worst AS (
             SELECT v.pipeline, c.compute_id, c.version_id, m.key AS measure, m.value->'largest'->>'key' AS key,
                    (m.value->'largest'->>'windowStart')::bigint AS window_start,
                    (m.value->'largest'->>'relative')::float8 AS relative
               FROM comparison c JOIN version v ON v.id = c.version_id, jsonb_each(c.measures) m
              WHERE c.at >= to_timestamp($1::float8 / 1000) AND v.published_at IS NOT NULL
                AND jsonb_typeof(m.value->'largest') = 'object'
              ORDER BY relative DESC LIMIT 1)
           SELECT w.pipeline, w.measure, w.key, w.window_start AS "windowStart", w.relative, d.main_cause AS cause
             FROM worst w LEFT JOIN divergence_cell d ON d.compute_id = w.compute_id AND d.window_start = w.window_start
              AND d.key = w.key AND d.measure = w.measure AND d.version_id = w.version_id`,
    values: [since],
  })
  return rows[0] ?? null
}

export interface RunRow {
  jobId: string
  pipeline: string
  status: JobStatus
  createdAt: number
  finishedAt: number
}

/** The last scheduled runs that ended, newest first; cancelled ones say nothing about success. */
export async function selectRuns(db: Db, limit: number): Promise<RunRow[]> {
  const { rows } = await db.query<RunRow>({
    name: 'overview-runs',
    text: `SELECT id AS "jobId", pipeline, status, ${ms('created_at')} AS "createdAt",
                  ${ms('finished_at')} AS "finishedAt"
             FROM job WHERE kind = 'scheduled' AND status IN ('succeeded', 'failed', 'partial')
            ORDER BY finished_at DESC LIMIT $1`,
    values: [limit],
  })
  return rows
}

const heavyKinds = `('scheduled', 'backfill', 'reconcile', 'redrive', 'preview')`

/** Running jobs, longest first, then the longest that ended since; each with the median of its last good runs. */
export async function selectLongest(
  db: Db,
  { since, limit }: { since: number; limit: number },
): Promise<LongJob[]> {
  const { rows } = await db.query<LongJob>({
    name: 'overview-longest',
    text: `WITH long AS (
             SELECT id, kind, pipeline, status, started_at, finished_at, progress,
                    coalesce(finished_at, clock_timestamp()) - started_at AS took
               FROM job
              WHERE started_at IS NOT NULL AND kind IN ${heavyKinds}
                AND (status = 'running' OR (finished_at >= to_timestamp($1::float8 / 1000) AND status <> 'cancelled'))
              ORDER BY (status = 'running') DESC, took DESC LIMIT $2)
           SELECT l.id AS "jobId", l.kind, l.pipeline, l.status, ${ms('l.started_at')} AS "startedAt",
                  ${ms('l.finished_at')} AS "finishedAt", l.progress, u.usual AS "usualMs"
             FROM long l LEFT JOIN LATERAL (
               SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.finished_at - r.started_at) * 1000)
                        AS usual
                 FROM (SELECT finished_at, started_at FROM job
                        WHERE pipeline = l.pipeline AND kind = l.kind AND status = 'succeeded' AND id <> l.id
                        ORDER BY created_at DESC LIMIT 20) r
               HAVING count(*) >= 3) u ON true
            ORDER BY (l.status = 'running') DESC, l.took DESC`,
    values: [since, limit],
  })
  return rows
}
