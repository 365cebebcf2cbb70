import type { PoolClient } from '../clients'
import { advisoryLocks } from './advisory-locks'
import type { LastRun } from './schedule'

/** False: another worker is scheduling right now. */
export async function tryScheduleLock(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
    advisoryLocks.schedule,
  ])
  return rows[0]?.locked === true
}

export interface ScheduleRow {
  pipeline: string
  now: number
  hasEvents: boolean
  hasVersion: boolean
  last: LastRun | null
}

/** By the database's clock, so that two workers agree on what is due. */
export async function selectSchedule(
  client: PoolClient,
  computeIds: readonly number[],
): Promise<Map<number, ScheduleRow>> {
  const { rows } = await client.query<
    ScheduleRow & { computeId: number; createdAt: number | null; finished: boolean; wasEmpty: boolean }
  >({
    name: 'schedule-select',
    text: `SELECT c.id AS "computeId", c.pipeline, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
                  EXISTS (SELECT 1 FROM speed_position s WHERE s.compute_id = c.id AND s.watermark IS NOT NULL) AS "hasEvents",
                  EXISTS (SELECT 1 FROM publication_range r WHERE r.compute_id = c.id AND r.until_number IS NULL) AS "hasVersion",
                  (extract(epoch FROM j.created_at) * 1000)::bigint AS "createdAt", j.finished_at IS NOT NULL AS finished,
                  coalesce((j.result->>'ranges')::int, 1) = 0 AS "wasEmpty"
             FROM compute c LEFT JOIN LATERAL (
               SELECT * FROM job WHERE pipeline = c.pipeline AND kind = 'scheduled' AND (payload->>'computeId')::int = c.id
                ORDER BY created_at DESC LIMIT 1) j ON true
            WHERE c.id = ANY($1::int[])`,
    values: [computeIds],
  })
  return new Map(
    rows.map(({ computeId, createdAt, finished, wasEmpty, ...row }) => [
      computeId,
      { ...row, last: createdAt === null ? null : { createdAt, finished, wasEmpty } },
    ]),
  )
}
