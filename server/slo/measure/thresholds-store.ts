import type { Pool, PoolClient } from '../../clients'

type Queryable = Pick<Pool | PoolClient, 'query'>

export interface ThresholdRow {
  pipeline: string
  indicator: string
  threshold: number
}

/** What objectives in force count. */
export async function selectThresholds(db: Queryable): Promise<ThresholdRow[]> {
  const { rows } = await db.query<ThresholdRow>({
    name: 'slo-thresholds',
    text: `SELECT DISTINCT spec->'sli'->>'pipeline' AS pipeline, spec->'sli'->>'indicator' AS indicator,
                  (spec->'sli'->>'threshold')::float8 AS threshold
             FROM objective
            WHERE removed_at IS NULL AND jsonb_typeof(spec->'sli') = 'object'`,
  })
  return rows
}
