import type { Pool, PoolClient } from '../../clients'
import type { ObjectiveDetail, Sli } from '../model'
import { minuteMs, type Span } from './objective-window'

type Queryable = Pick<Pool | PoolClient, 'query'>

const restatementsLimit = 100

/** What batch said anew of a stretch, newest first: rows that became known together for one reason. */
export async function selectRestatements(
  db: Queryable,
  sli: Sli,
  { from, to }: Span,
): Promise<ObjectiveDetail['restated']> {
  const { rows } = await db.query<ObjectiveDetail['restated'][number]>({
    name: 'objective-restatements',
    text: `SELECT (extract(epoch FROM max(known_at)) * 1000)::bigint AS at, min(minute) AS "from",
                  max(minute) + $6::bigint AS "to", count(*) AS minutes, coalesce(reason, '') AS reason,
                  sum(good)::bigint AS good, sum(total)::bigint AS total
             FROM sli_minute
            WHERE pipeline = $1 AND indicator = $2 AND threshold = $3 AND minute >= $4 AND minute < $5 AND revision > 0
            GROUP BY reason, date_trunc('minute', known_at) ORDER BY 1 DESC LIMIT ${restatementsLimit}`,
    values: [sli.pipeline, sli.indicator, sli.threshold, from, to, minuteMs],
  })
  return rows
}

/** Incidents of an objective or its pipeline that were open in a span. */
export async function selectIncidentSpans(
  db: Queryable,
  { id, pipeline }: { id: string; pipeline: string | null },
  { from, to }: Span,
): Promise<(Span & { id: number; isOfObjective: boolean })[]> {
  const { rows } = await db.query<Span & { id: number; isOfObjective: boolean }>({
    name: 'objective-incidents',
    text: `SELECT id, (extract(epoch FROM opened_at) * 1000)::bigint AS "from",
                  coalesce((extract(epoch FROM resolved_at) * 1000)::bigint, $4::bigint) AS "to",
                  $1 = ANY(objectives) AS "isOfObjective"
             FROM incident
            WHERE ($1 = ANY(objectives) OR $2 = ANY(pipelines))
              AND opened_at < to_timestamp($4::float8 / 1000)
              AND (resolved_at IS NULL OR resolved_at > to_timestamp($3::float8 / 1000))
            ORDER BY 4 DESC, opened_at`,
    values: [id, pipeline, from, to],
  })
  return rows
}
