import type { Pool } from '../../clients'
import type { PlanView } from '../model'
import type { Range } from './window-range'

/** Assumed until there is a run to learn from; slow on purpose, so that first promises are kept. */
const defaultEventsPerSecond = 500_000
const startSeconds = 1

/** Archive bytes and events the ranges touch, and the time they take at the pace of the last runs. */
export async function estimateRecompute(
  pool: Pool,
  { computeId, type, ranges }: { computeId: number; type: string; ranges: readonly Range[] },
): Promise<PlanView['estimate']> {
  const from = Math.min(...ranges.map((range) => range.from))
  const to = Math.max(...ranges.map((range) => range.to))
  const { rows } = await pool.query<{ bytes: number; events: number; pace: number | null; runs: number }>(
    `SELECT (SELECT coalesce(sum(bytes), 0)::bigint FROM archive_segment
              WHERE type = $2 AND state = 'live' AND max_time >= $3 AND min_time < $4) AS bytes,
            (SELECT coalesce(sum(rows), 0)::bigint FROM archive_segment
              WHERE type = $2 AND state = 'live' AND max_time >= $3 AND min_time < $4) AS events,
            sum(v.events) / nullif(extract(epoch FROM sum(v.finished_at - v.started_at)), 0)::float8 AS pace,
            count(*) AS runs
       FROM (SELECT * FROM version WHERE compute_id = $1 AND finished_at IS NOT NULL AND events > 0
              ORDER BY id DESC LIMIT 20) v`,
    [computeId, type, from, to],
  )
  const { bytes = 0, events = 0, pace = null, runs = 0 } = rows[0] ?? {}
  const perSecond = Number(pace ?? 0) || defaultEventsPerSecond
  return {
    seconds: Math.ceil(startSeconds + events / perSecond),
    bytes,
    events,
    basis: runs > 0 ? `pace of the last ${runs} versions` : 'no run to learn from yet',
  }
}
