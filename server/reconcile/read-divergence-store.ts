import type { Pool, PoolClient } from '../clients'
import type { Instant } from '../pipeline'
import type { Range } from '../serving'
import type { ComparedVersion, InForce } from './divergence-segments'
import type { Cause } from './divergence-words'

export type Queryable = Pick<Pool | PoolClient, 'query'>

/** Which differing cells are meant; null: all. */
export interface FoundScope extends Range {
  computeId: number
  measure: string | null
  keys: readonly string[] | null
  cause: Cause | null
}

/**
 * Versions whose comparison counts: what was published, even if it no longer answers, and what a proposal that
 * still waits has staged.
 */
const compared = `compared AS MATERIALIZED (
  SELECT v.id, v.range_from AS "from", v.range_to AS "to", v.published_at IS NOT NULL AS published, v.watermark
    FROM comparison c JOIN version v ON v.id = c.version_id
   WHERE c.compute_id = $1 AND v.range_to > $2 AND v.range_from < $3
     AND (v.published_at IS NOT NULL
          OR (v.state = 'staged' AND EXISTS (
                SELECT 1 FROM plan p
                 WHERE p.pipeline = v.pipeline AND p.is_proposal AND p.applied_at IS NULL AND p.expires_at > now()
                   AND p.preview->'versionIds' @> to_jsonb(v.id)))))`

/**
 * The newest difference found in each cell and measure. One that was found while the window was still in flight
 * counts only until a newer comparison has seen the window.
 */
export const found = `${compared}, found AS MATERIALIZED (
  SELECT DISTINCT ON (d.window_start, d.key, d.measure) d.*
    FROM divergence_cell d JOIN compared v ON v.id = d.version_id
   WHERE d.compute_id = $1 AND d.window_start >= $2 AND d.window_start < $3
     AND ($4::text IS NULL OR d.measure = $4) AND ($5::text[] IS NULL OR d.key = ANY($5))
     AND (d.state <> 'in_flight' OR NOT EXISTS (
            SELECT 1 FROM compared n WHERE n.id > d.version_id AND n."from" <= d.window_start AND n."to" > d.window_start))
   ORDER BY d.window_start, d.key, d.measure, d.version_id DESC)`

export const ofCause = `($6::text IS NULL OR main_cause = $6 OR CASE $6 WHEN 'late' THEN late WHEN 'duplicate' THEN duplicate
  WHEN 'invalid' THEN invalid WHEN 'approximation' THEN approximation WHEN 'hole' THEN hole
  WHEN 'schema' THEN "schema" WHEN 'drift' THEN drift ELSE 0 END <> 0)`

export const parametersOf = ({ computeId, from, to, measure, keys, cause }: FoundScope): unknown[] => [
  computeId,
  from,
  to,
  measure,
  keys,
  cause,
]

export async function comparedVersions(
  db: Queryable,
  computeId: number,
  { from, to }: Range,
): Promise<ComparedVersion[]> {
  const { rows } = await db.query<ComparedVersion>(`WITH ${compared} SELECT * FROM compared ORDER BY id`, [
    computeId,
    from,
    to,
  ])
  return rows
}

/** The map of what answers where, and its end: up to there batch answers. */
export async function inForceOver(
  db: Queryable,
  computeId: number,
  { from, to }: Range,
): Promise<{ entries: InForce[]; boundary: Instant | null }> {
  const { rows } = await db.query<InForce & { boundary: Instant | null }>(
    `SELECT range_from AS "from", range_to AS "to", version_id AS "versionId", max(range_to) OVER () AS boundary
       FROM publication_range WHERE compute_id = $1 AND until_number IS NULL ORDER BY range_from`,
    [computeId],
  )
  return {
    entries: rows.filter((row) => row.to > from && row.from < to),
    boundary: rows[0]?.boundary ?? null,
  }
}

export interface FoundRow {
  windowStart: Instant
  key: string
  measure: string
  versionId: number
  version: number
  speed: string | null
  batch: string | null
  difference: string
  relative: number
  late: string
  duplicate: string
  invalid: string
  approximation: string
  hole: string
  schema: string
  drift: string
  mainCause: Cause
  state: 'settled' | 'in_flight' | 'partial'
}

/** A page of differing cells after a position, by window, key and measure. */
export async function selectFound(
  db: Queryable,
  scope: FoundScope,
  page: { after: [windowStart: Instant, key: string, measure: string] | null; limit: number },
): Promise<FoundRow[]> {
  const { rows } = await db.query<FoundRow>(
    `WITH ${found}
     SELECT f.window_start AS "windowStart", f.key, f.measure, f.version_id AS "versionId", v.number AS version, f.speed, f.batch,
            f.difference, f.relative, f.late, f.duplicate, f.invalid, f.approximation, f.hole, f.schema, f.drift,
            f.main_cause AS "mainCause", f.state
       FROM found f JOIN version v ON v.id = f.version_id
      WHERE ${ofCause} AND ($7::bigint IS NULL OR (f.window_start, f.key, f.measure) > ($7, $8::text, $9::text))
      ORDER BY f.window_start, f.key, f.measure LIMIT $10`,
    [...parametersOf(scope), ...(page.after ?? [null, null, null]), page.limit],
  )
  return rows
}

export interface FoundTotals {
  differing: number
  beyond: number
  inFlight: number
  drifting: number
  /** Served minus batch, summed; in-flight cells apart. */
  difference: string
}

/** What all differing cells of a scope come to. */
export async function totalFound(db: Queryable, scope: FoundScope, tolerance: number): Promise<FoundTotals> {
  const { rows } = await db.query<FoundTotals>(
    `WITH ${found}
     SELECT count(*) FILTER (WHERE state <> 'in_flight') AS differing,
            count(*) FILTER (WHERE state <> 'in_flight' AND relative > $7) AS beyond,
            count(*) FILTER (WHERE state = 'in_flight') AS "inFlight",
            count(*) FILTER (WHERE drift <> 0 OR main_cause = 'drift') AS drifting,
            coalesce(sum(difference) FILTER (WHERE state <> 'in_flight'), 0)::text AS difference
       FROM found WHERE ${ofCause}`,
    [...parametersOf(scope), tolerance],
  )
  const [row] = rows
  if (row === undefined) throw new Error('a total without a row')
  return row
}

export interface CauseTotals {
  mainCause: Cause
  windowStart: Instant
  versionId: number
  state: FoundRow['state']
  cells: number
  beyond: number
}

/** Differing cells by window, version and main cause: few rows, whatever the number of keys. */
export async function countByWindow(
  db: Queryable,
  scope: FoundScope,
  tolerance: number,
): Promise<CauseTotals[]> {
  const { rows } = await db.query<CauseTotals>(
    `WITH ${found}
     SELECT main_cause AS "mainCause", window_start AS "windowStart", version_id AS "versionId", state, count(*) AS cells,
            count(*) FILTER (WHERE relative > $7) AS beyond
       FROM found WHERE ${ofCause} GROUP BY 1, 2, 3, 4`,
    [...parametersOf(scope), tolerance],
  )
  return rows
}

export async function largestFound(db: Queryable, scope: FoundScope): Promise<FoundRow | null> {
  const { rows } = await db.query<FoundRow>(
    `WITH ${found}
     SELECT window_start AS "windowStart", key, measure, version_id AS "versionId", 0 AS version, speed, batch,
            difference, relative, late, duplicate, invalid, approximation, hole, "schema", drift,
            main_cause AS "mainCause", state
       FROM found WHERE ${ofCause} AND state <> 'in_flight'
      ORDER BY relative DESC, abs(difference) DESC, window_start DESC LIMIT 1`,
    parametersOf(scope),
  )
  return rows[0] ?? null
}

export interface OffenderRow {
  key: string
  cells: number
  beyond: number
  largest: number
  largestAt: Instant
  difference: string
  mainCause: Cause
}

/** Keys by what they got wrong: the largest error, then how many cells. */
export async function selectOffenders(
  db: Queryable,
  scope: FoundScope,
  { tolerance, limit }: { tolerance: number; limit: number },
): Promise<OffenderRow[]> {
  const { rows } = await db.query<OffenderRow>(
    `WITH ${found}
     SELECT key, count(*) AS cells, count(*) FILTER (WHERE relative > $7) AS beyond, max(relative) AS largest,
            (array_agg(window_start ORDER BY relative DESC, window_start DESC))[1] AS "largestAt",
            sum(difference)::text AS difference, mode() WITHIN GROUP (ORDER BY main_cause) AS "mainCause"
       FROM found WHERE ${ofCause} AND state <> 'in_flight'
      GROUP BY key ORDER BY beyond DESC, largest DESC, key LIMIT $8`,
    [...parametersOf(scope), tolerance, limit],
  )
  return rows
}

export interface CauseBucket {
  at: Instant
  cause: Cause
  cells: number
  /** The cause's part of all differences of the bucket. */
  amount: string
}

/** By stretch of time and main cause: how many cells, and what the cause adds to them. */
export async function causesOverTime(
  db: Queryable,
  scope: FoundScope,
  stepMs: number,
): Promise<CauseBucket[]> {
  const { rows } = await db.query<CauseBucket>(
    `WITH ${found}
     SELECT window_start - ((window_start % $7::bigint) + $7::bigint) % $7::bigint AS at, c.cause, count(*) FILTER (WHERE main_cause = c.cause) AS cells,
            sum(c.amount)::text AS amount
       FROM found CROSS JOIN LATERAL (VALUES ('late', late), ('duplicate', duplicate), ('invalid', invalid),
              ('approximation', approximation), ('hole', hole), ('schema', "schema"), ('drift', drift)) c (cause, amount)
      WHERE ${ofCause} AND state <> 'in_flight' AND (c.amount <> 0 OR main_cause = c.cause)
      GROUP BY 1, 2 ORDER BY 1, 2`,
    [...parametersOf(scope), stepMs],
  )
  return rows
}

/** How many differing cells lie in each bin; `edges` without the first (equal) and the last (all the rest). */
export async function binFound(
  db: Queryable,
  scope: FoundScope,
  edges: readonly number[],
): Promise<{ bin: number; cells: number }[]> {
  const { rows } = await db.query<{ bin: number; cells: number }>(
    `WITH ${found}
     SELECT (SELECT count(*) FROM unnest($7::float8[]) e WHERE e < f.relative)::int AS bin, count(*) AS cells
       FROM (SELECT relative FROM found WHERE ${ofCause} AND state <> 'in_flight') f GROUP BY 1`,
    [...parametersOf(scope), edges],
  )
  return rows
}
