import type { Instant } from '../pipeline'
import type { Range } from '../serving'
import type { Cause } from './divergence-words'
import type { Segment } from './divergence-segments'
import {
  found,
  ofCause,
  parametersOf,
  type FoundRow,
  type FoundScope,
  type Queryable,
} from './read-divergence-store'

/** How rows are ordered: by their largest error, by cells beyond tolerance, by the sum of differences, by name. */
export type GridSort = 'worst' | 'cells' | 'amount' | 'key'

const order: Record<Exclude<GridSort, 'key'>, string> = {
  worst: 'max(relative) DESC, count(*) DESC',
  cells: 'count(*) FILTER (WHERE relative > $7) DESC, max(relative) DESC',
  amount: 'sum(abs(difference)) DESC, max(relative) DESC',
}

/** Names of the keys that differ, the most telling first. */
export async function rankKeys(
  db: Queryable,
  scope: FoundScope,
  { sort, tolerance, limit }: { sort: Exclude<GridSort, 'key'>; tolerance: number; limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ key: string }>(
    `WITH ${found}
     SELECT key FROM found WHERE ${ofCause} AND state <> 'in_flight'
      GROUP BY key ORDER BY ${order[sort]}, $7::float8, key LIMIT $8`,
    [...parametersOf(scope), tolerance, limit],
  )
  return rows.map(({ key }) => key)
}

export interface WorstRow {
  key: string
  col: number
  windowStart: Instant
  versionId: number
  relative: number
  mainCause: Cause
  state: FoundRow['state']
  speed: string | null
  batch: string | null
}

/** The largest error of each key in each stretch of `stepMs` from `from`. */
export async function worstByStep(
  db: Queryable,
  scope: FoundScope,
  { stepMs, limit }: { stepMs: number; limit: number },
): Promise<WorstRow[]> {
  const { rows } = await db.query<WorstRow>(
    `WITH ${found}
     SELECT DISTINCT ON (key, col) key, col, "windowStart", "versionId", relative, "mainCause", state, speed, batch
       FROM (SELECT key, ((window_start - $2) / $7::bigint)::int AS col, window_start AS "windowStart",
                    version_id AS "versionId", relative, main_cause AS "mainCause", state, speed, batch
               FROM found WHERE ${ofCause}) f
      ORDER BY key, col, (state = 'in_flight'), relative DESC LIMIT $8`,
    [...parametersOf(scope), stepMs, limit],
  )
  return rows
}

/** The same over all keys and measures: what a pipeline got most wrong. */
export async function worstOfPipeline(db: Queryable, scope: FoundScope, stepMs: number): Promise<WorstRow[]> {
  const { rows } = await db.query<WorstRow>(
    `WITH ${found}
     SELECT DISTINCT ON (col) * FROM (
       SELECT key || ', ' || measure AS key, ((window_start - $2) / $7::bigint)::int AS col, window_start AS "windowStart",
              version_id AS "versionId", relative, main_cause AS "mainCause", state, speed, batch
         FROM found WHERE ${ofCause}) f
      ORDER BY col, (state = 'in_flight'), relative DESC`,
    [...parametersOf(scope), stepMs],
  )
  return rows
}

interface CellSource extends Range {
  versionId: number
}

const sourcesOf = (segments: readonly Segment[]): CellSource[] =>
  segments.flatMap(({ from, to, cellsOf }) => (cellsOf === null ? [] : [{ from, to, versionId: cellsOf }]))

const sourceParameters = (segments: readonly Segment[]): unknown[] => {
  const sources = sourcesOf(segments)
  return [
    sources.map(({ from }) => from),
    sources.map(({ to }) => to),
    sources.map(({ versionId }) => versionId),
  ]
}

const cells = `unnest($1::bigint[], $2::bigint[], $3::int[]) AS s (f, t, v)
  CROSS JOIN LATERAL (SELECT window_start, key FROM version_cell
    WHERE version_id = s.v AND window_start >= s.f AND window_start < s.t) c`

export interface KeyCells {
  key: string
  /** Columns in which the key has a cell. */
  cols: number[]
}

/** Which of the compared cells there are, for the wanted keys first and then by name. */
export async function existingCells(
  db: Queryable,
  segments: readonly Segment[],
  {
    from,
    stepMs,
    wanted,
    limit,
  }: { from: Instant; stepMs: number; wanted: readonly string[]; limit: number },
): Promise<{ keys: KeyCells[]; totalKeys: number }> {
  const { rows } = await db.query<{ key: string; cols: string; total: number }>(
    `WITH cells AS MATERIALIZED (
       SELECT key, ((window_start - $4::bigint) / $5::bigint)::int AS col FROM ${cells} GROUP BY 1, 2),
     wanted AS (SELECT key, place FROM unnest($6::text[]) WITH ORDINALITY w (key, place)),
     chosen AS (
       SELECT c.key, string_agg(c.col::text, ',') AS cols, min(w.place) AS place, count(*) OVER () AS total
         FROM cells c LEFT JOIN wanted w ON w.key = c.key
        GROUP BY c.key ORDER BY min(w.place) NULLS LAST, c.key LIMIT $7)
     SELECT key, cols, total FROM chosen ORDER BY place NULLS LAST, key`,
    [...sourceParameters(segments), from, stepMs, wanted, limit],
  )
  return {
    keys: rows.map((row) => ({ key: row.key, cols: row.cols.split(',').map(Number) })),
    totalKeys: rows[0]?.total ?? 0,
  }
}

/** How many cells, keys and windows were compared. */
export async function countCompared(
  db: Queryable,
  segments: readonly Segment[],
  keys: readonly string[] | null,
): Promise<{ cells: number; keys: number; windows: number }> {
  const { rows } = await db.query<{ cells: number; keys: number; windows: number }>(
    `SELECT coalesce(sum(n) FILTER (WHERE side = 0), 0)::bigint AS cells, count(*) FILTER (WHERE side = 0) AS keys,
            count(*) FILTER (WHERE side = 1) AS windows
       FROM (SELECT grouping(key) AS side, count(*) AS n FROM ${cells}
              WHERE $4::text[] IS NULL OR key = ANY($4) GROUP BY GROUPING SETS ((key), (window_start))) g`,
    [...sourceParameters(segments), keys],
  )
  return rows[0] ?? { cells: 0, keys: 0, windows: 0 }
}

/** Counted further than this, cells that wait are "more than". */
export const awaitingLimit = 1_000_000

/** Cells that speed has counted in windows that no comparison has seen. */
export async function countAwaiting(
  db: Queryable,
  computeId: number,
  segments: readonly Segment[],
): Promise<number> {
  const waiting = segments.filter(({ comparedBy }) => comparedBy === null)
  const { rows } = await db.query<{ cells: number }>(
    `SELECT count(*) AS cells FROM (
       SELECT DISTINCT b.window_start, b.key FROM unnest($2::bigint[], $3::bigint[]) AS s (f, t)
        CROSS JOIN LATERAL (SELECT window_start, key FROM speed_bucket
          WHERE compute_id = $1 AND window_start >= s.f AND window_start < s.t AND acc[1] > 0) b
        LIMIT $4) w`,
    [computeId, waiting.map(({ from }) => from), waiting.map(({ to }) => to), awaitingLimit],
  )
  return rows[0]?.cells ?? 0
}

/** When the schedule ran last, and when something was last compared. */
export async function lastRuns(
  db: Queryable,
  computeId: number,
): Promise<{ scheduledAt: Instant | null; comparedAt: Instant | null }> {
  const { rows } = await db.query<{ scheduledAt: Instant | null; comparedAt: Instant | null }>(
    `SELECT (SELECT (extract(epoch FROM max(created_at)) * 1000)::bigint FROM job
              WHERE kind = 'scheduled' AND (payload->>'computeId')::int = $1) AS "scheduledAt",
            (SELECT (extract(epoch FROM max(at)) * 1000)::bigint FROM comparison WHERE compute_id = $1) AS "comparedAt"`,
    [computeId],
  )
  return rows[0] ?? { scheduledAt: null, comparedAt: null }
}
