import type { PoolClient } from '../../clients'

export interface EndedJob {
  id: string
  /** When it ended. */
  at: number
  kind: string
  pipeline: string
  status: 'succeeded' | 'failed' | 'partial' | 'cancelled'
  attempts: number
  createdAt: number
  /** Of the versions that it staged and published itself; null: it did not. */
  runStartedAt: number | null
  stagedAt: number | null
  publishedAt: number | null
}

const atOnce = 5_000
const ms = (expression: string) => `(extract(epoch FROM ${expression}) * 1000)::bigint`

/** Jobs that ended at or after an instant, in order. */
export async function selectEndedJobs(client: PoolClient, from: number): Promise<EndedJob[]> {
  const { rows } = await client.query<EndedJob>({
    name: 'measure-ended-jobs',
    text: `SELECT j.id, ${ms('j.finished_at')} AS at, j.kind, j.pipeline, j.status, j.attempts,
                  ${ms('j.created_at')} AS "createdAt", own.*
             FROM job j
             LEFT JOIN LATERAL (
               SELECT ${ms('min(v.started_at)')} AS "runStartedAt", ${ms('max(v.finished_at)')} AS "stagedAt",
                      ${ms('max(v.published_at)')} AS "publishedAt"
                 FROM version v WHERE v.job_id = j.id AND v.published_at <= j.finished_at) own ON true
            WHERE j.finished_at >= to_timestamp($1::float8 / 1000)
            ORDER BY j.finished_at, j.id LIMIT ${atOnce}`,
    values: [from],
  })
  return rows
}
