import type { Pool, PoolClient } from '../../clients'
import type {
  CellComparison,
  CellCorrection,
  CellExplanation,
  ComparedMeasure,
  DivergenceCause,
  LastReconcile,
} from './model'

export interface CellRef {
  computeId: number
  windowStart: number
  key: string
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`

const comparisonsLimit = 5
const correctionsLimit = 20

/** The newest comparisons of versions that cover the window, each with the measures of the cell that differed. */
export async function selectComparisons(
  db: Pool | PoolClient,
  { computeId, windowStart, key }: CellRef,
  pipeline: string,
): Promise<CellComparison[]> {
  const { rows } = await db.query<Omit<CellComparison, 'measures'> & { measures: StoredMeasure[] }>({
    name: 'explain-comparisons',
    text: `SELECT v.number AS version, v.state AS "versionState", v.epoch, ${ms('c.at')} AS at,
                  ${ms('v.published_at')} AS "publishedAt",
                  (SELECT json_build_object('planId', p.id, 'createdAt', ${ms('p.created_at')}) FROM plan p
                    WHERE p.pipeline = $4 AND p.is_proposal AND p.applied_at IS NULL
                      AND p.expires_at > clock_timestamp() AND v.state = 'staged'
                      AND p.preview->'versionIds' @> to_jsonb(v.id)
                    ORDER BY p.created_at DESC LIMIT 1) AS proposal,
                  coalesce((SELECT json_agg(json_build_object('measure', measure, 'speed', speed::text,
                      'batch', batch::text, 'difference', difference::text, 'relative', relative,
                      'late', late::text, 'duplicate', duplicate::text, 'invalid', invalid::text,
                      'approximation', approximation::text, 'hole', hole::text, 'schema', schema::text,
                      'drift', drift::text, 'mainCause', main_cause, 'events', events, 'state', state)
                      ORDER BY measure)
                    FROM divergence_cell d WHERE d.compute_id = $1 AND d.window_start = $2 AND d.key = $3
                     AND d.version_id = v.id), '[]') AS measures
             FROM comparison c JOIN version v ON v.id = c.version_id
            WHERE c.compute_id = $1 AND v.range_from <= $2 AND v.range_to > $2 AND v.state <> 'discarded'
            ORDER BY c.at DESC LIMIT ${comparisonsLimit}`,
    values: [computeId, windowStart, key, pipeline],
  })
  return rows.map((row) => ({ ...row, measures: row.measures.map(comparedMeasure) }))
}

type StoredMeasure = Omit<ComparedMeasure, 'causes'> & Record<DivergenceCause, string>

function comparedMeasure(row: StoredMeasure): ComparedMeasure {
  const { late, duplicate, invalid, approximation, hole, schema, drift, ...rest } = row
  return { ...rest, causes: { late, hole, schema, invalid, duplicate, approximation, drift } }
}

export async function selectLastReconcile(
  db: Pool | PoolClient,
  { computeId, windowStart }: CellRef,
): Promise<LastReconcile | null> {
  const { rows } = await db.query<LastReconcile>({
    name: 'explain-last-reconcile',
    text: `SELECT v.number AS version, ${ms('v.published_at')} AS "publishedAt",
                  coalesce(p.actor, v.created_by) AS actor, coalesce(p.reason, v.reason) AS reason,
                  v.job_id AS "jobId",
                  EXISTS (SELECT 1 FROM publication_range r WHERE r.compute_id = $1 AND r.version_id = v.id
                    AND r.until_number IS NULL AND r.range_from <= $2 AND r.range_to > $2) AS "inForce"
             FROM version v
             LEFT JOIN LATERAL (
               SELECT p.actor, p.reason FROM publication_range r
                 JOIN publication p ON p.compute_id = r.compute_id AND p.number = r.since_number
                WHERE r.compute_id = $1 AND r.version_id = v.id AND p.kind = 'publish'
                ORDER BY r.since_number LIMIT 1) p ON true
            WHERE v.compute_id = $1 AND v.range_from <= $2 AND v.range_to > $2 AND v.published_at IS NOT NULL
            ORDER BY v.published_at DESC LIMIT 1`,
    values: [computeId, windowStart],
  })
  return rows[0] ?? null
}

export async function selectCorrections(
  db: Pool | PoolClient,
  { computeId, windowStart, key }: CellRef,
): Promise<CellCorrection[]> {
  const { rows } = await db.query<CellCorrection>({
    name: 'explain-corrections',
    text: `SELECT c.id, c.kind, c.publication, ${ms('c.created_at')} AS at, v.number AS version,
                  c.job_id AS "jobId", c.before, c.after, c.published_seq AS "publishedSeq"
             FROM correction c LEFT JOIN version v ON v.id = c.version_id
            WHERE c.compute_id = $1 AND c.window_start = $2 AND c.key = $3
            ORDER BY c.id DESC LIMIT ${correctionsLimit}`,
    values: [computeId, windowStart, key],
  })
  return rows
}

export async function selectDefinition(
  db: Pool | PoolClient,
  pipeline: string,
  version: number,
): Promise<CellExplanation['definition']> {
  const { rows } = await db.query<CellExplanation['definition']>({
    name: 'explain-definition',
    text: `SELECT version, ${ms('created_at')} AS "createdAt", created_by AS "createdBy", reason
             FROM pipeline_version WHERE pipeline = $1 AND version = $2`,
    values: [pipeline, version],
  })
  const [found] = rows
  if (found === undefined) throw new Error(`definition ${version} of ${pipeline} is gone`)
  return found
}

/** Newest registered version by subject. */
export async function selectSchemas(
  db: Pool | PoolClient,
  subjects: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ subject: string; version: number }>({
    name: 'explain-schemas',
    text: `SELECT subject, max(version) AS version FROM schema_version WHERE subject = ANY($1::text[]) GROUP BY subject`,
    values: [subjects],
  })
  return new Map(rows.map(({ subject, version }) => [subject, version]))
}
