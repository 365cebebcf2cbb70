import type { Instant } from '../pipeline'
import type { DiffCell } from './divergence-diff'
import type { MeasureComparison } from './comparison'
import type { Queryable } from './read-divergence-store'

export interface ComparisonRow {
  versionId: number
  cells: number
  beyond: number
  drifting: number
  inFlight: number
  measures: Record<string, MeasureComparison>
}

export async function comparisonsOf(db: Queryable, versionIds: readonly number[]): Promise<ComparisonRow[]> {
  const { rows } = await db.query<ComparisonRow>(
    `SELECT version_id AS "versionId", cells, beyond, drifting, in_flight AS "inFlight", measures
       FROM comparison WHERE version_id = ANY($1::int[])`,
    [versionIds],
  )
  return rows
}

export async function countChanges(db: Queryable, versionIds: readonly number[]): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'SELECT count(*) AS n FROM cell_change WHERE version_id = ANY($1::int[])',
    [versionIds],
  )
  return rows[0]?.n ?? 0
}

/** The cells and measures that change most. */
export async function largestChanges(
  db: Queryable,
  versionIds: readonly number[],
  limit: number,
): Promise<DiffCell[]> {
  const { rows } = await db.query<DiffCell>(
    `SELECT d.window_start AS "windowStart", d.key, d.measure, c.before->d.measure AS before, c.after->d.measure AS after,
            d.relative, d.main_cause AS "mainCause"
       FROM divergence_cell d
       LEFT JOIN cell_change c ON c.version_id = d.version_id AND c.window_start = d.window_start AND c.key = d.key
      WHERE d.version_id = ANY($1::int[])
      ORDER BY d.relative DESC, abs(d.difference) DESC, d.window_start, d.key, d.measure LIMIT $2`,
    [versionIds, limit],
  )
  return rows
}

export interface ChangedWindow {
  windowStart: Instant
  changed: number
  largest: number
}

/** The windows with most changed cells, in order of time. */
export async function changedWindows(
  db: Queryable,
  versionIds: readonly number[],
  limit: number,
): Promise<ChangedWindow[]> {
  const { rows } = await db.query<ChangedWindow>(
    `SELECT * FROM (
       SELECT c.window_start AS "windowStart", count(*) AS changed, coalesce(max(d.relative), 0) AS largest
         FROM cell_change c LEFT JOIN LATERAL (
           SELECT max(relative) AS relative FROM divergence_cell d
            WHERE d.version_id = c.version_id AND d.window_start = c.window_start AND d.key = c.key
              AND d.compute_id = (SELECT compute_id FROM comparison WHERE version_id = c.version_id)) d ON true
        WHERE c.version_id = ANY($1::int[]) GROUP BY c.window_start
        ORDER BY 3 DESC, 2 DESC, 1 LIMIT $2) top ORDER BY 1`,
    [versionIds, limit],
  )
  return rows
}

export interface WindowTotals {
  windowStart: Instant
  cells: number
  /** By slot asked for, in order: what the versions add up to. */
  after: string[]
  /** Likewise: what of it the changed cells had before, and have after. */
  changedBefore: string[]
  changedAfter: string[]
}

/** Totals of some slots and the measures they answer, window by window. */
export async function windowTotals(
  db: Queryable,
  versionIds: readonly number[],
  windows: readonly Instant[],
  measures: readonly { name: string; slot: number }[],
): Promise<WindowTotals[]> {
  const sums = measures.map(({ slot }) => `coalesce(sum(acc[${slot + 1}]), 0)::text`)
  const changed = (side: string) =>
    measures.map((_, i) => `coalesce(sum((${side}->>($3::text[])[${i + 1}])::numeric), 0)::text`)
  const array = (items: string[]) => `ARRAY[${items.join(', ')}]::text[]`
  const { rows } = await db.query<WindowTotals>(
    `SELECT w AS "windowStart", coalesce(v.cells, 0) AS cells, coalesce(v.after, '{}') AS after,
            coalesce(c.before, '{}') AS "changedBefore", coalesce(c.after, '{}') AS "changedAfter"
       FROM unnest($2::bigint[]) AS w
       LEFT JOIN LATERAL (SELECT count(*) AS cells, ${array(sums)} AS after FROM version_cell
                           WHERE version_id = ANY($1::int[]) AND window_start = w) v ON true
       LEFT JOIN LATERAL (SELECT ${array(changed('before'))} AS before, ${array(changed('after'))} AS after FROM cell_change
                           WHERE version_id = ANY($1::int[]) AND window_start = w AND ($3::text[]) IS NOT NULL) c ON true
      ORDER BY 1`,
    [versionIds, windows, measures.map(({ name }) => name)],
  )
  return rows
}
