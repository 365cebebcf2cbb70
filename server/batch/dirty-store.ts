import type { Pool } from '../clients'
import type { Instant } from '../pipeline'
import type { Range } from '../serving'

export interface DirtyQuery {
  computeId: number
  windowSizeMs: number
  /** Only what is before this cut can be computed by the run. */
  epoch: number
  /** Windows from here on are still open. */
  end: Instant
}

/**
 * Stretches of closed windows whose version, if they have one, lacks something that the cut has: a bucket with
 * accepted or late events after the version's cut, or before the run's cut where no version answers. Late events
 * under `defer` leave such a bucket too, so windows that hold nothing else are found.
 */
export async function dirtyWindows(pool: Pool, query: DirtyQuery): Promise<Range[]> {
  const { rows } = await pool.query<Range>(
    `WITH covered AS MATERIALIZED (
       SELECT r.range_from AS f, r.range_to AS t, version.epoch
         FROM publication_range r JOIN version ON version.id = r.version_id
        WHERE r.compute_id = $1 AND r.until_number IS NULL),
     segment AS MATERIALIZED (
       SELECT * FROM (
         SELECT f, t, epoch FROM covered
         UNION ALL
         SELECT coalesce(lag(t) OVER (ORDER BY f), $5::bigint), f, -1 FROM covered
         UNION ALL
         SELECT coalesce(max(t), $5::bigint), $2::bigint, -1 FROM covered) s
        WHERE f < least(t, $2::bigint)),
     dirty AS (
       SELECT DISTINCT x.window_start AS w FROM segment s CROSS JOIN LATERAL (
         SELECT window_start FROM speed_bucket
          WHERE compute_id = $1 AND window_start >= s.f AND window_start < least(s.t, $2::bigint)
            AND epoch > s.epoch AND epoch <= $3 AND (acc[1] > 0 OR late > 0)
         OFFSET 0) x
        WHERE x.window_start + $4::bigint <= $2::bigint)
     SELECT min(w) AS "from", max(w) + $4::bigint AS "to"
       FROM (SELECT w, w - $4::bigint * row_number() OVER (ORDER BY w) AS island FROM dirty) d
      GROUP BY island ORDER BY 1`,
    [query.computeId, query.end, query.epoch, query.windowSizeMs, -8_640_000_000_000_000],
  )
  return rows
}

/**
 * Stretches the speed layer could not read and no version with a later cut covers: only batch can fill them. A hole
 * of unknown time stretches over all that the archive holds of the type.
 */
export async function unfilledHoles(pool: Pool, query: DirtyQuery): Promise<Range[]> {
  const { rows } = await pool.query<Range>(
    `WITH hole_range AS (
       SELECT h.seq_to, h.partition,
              coalesce(h.from_time, (SELECT min(min_time) FROM archive_segment s WHERE s.type = h.type AND s.state = 'live')) AS f,
              least($2::bigint, coalesce(h.to_time + 1,
                (SELECT max(max_time) + 1 FROM archive_segment s WHERE s.type = h.type AND s.state = 'live'))) AS t
         FROM hole h JOIN compute c ON c.type = h.type
        WHERE c.id = $1 AND h.layer = 'speed' AND (h.compute_id IS NULL OR h.compute_id = c.id))
     SELECT f AS "from", t AS "to" FROM hole_range h
      WHERE f < t AND NOT EXISTS (
        SELECT 1 FROM closed_epoch e WHERE e.compute_id = $1 AND e.epoch = $3 AND e.seq < h.seq_to
           AND (h.partition IS NULL OR e.partition = h.partition))
        AND coalesce((
          SELECT sum(least(r.range_to, h.t) - greatest(r.range_from, h.f))
            FROM publication_range r JOIN version v ON v.id = r.version_id
           WHERE r.compute_id = $1 AND r.until_number IS NULL AND r.range_from < h.t AND r.range_to > h.f
             AND CASE WHEN h.partition IS NULL THEN h.seq_to <= ALL (v.cut)
                      ELSE h.seq_to <= v.cut[h.partition + 1] END), 0) < h.t - h.f
      ORDER BY 1`,
    [query.computeId, query.end, query.epoch],
  )
  return rows
}

/** Where the archive has lost events since the version in force counted them: another count would not have them. */
export async function irreplaceableRanges(pool: Pool, computeId: number): Promise<Range[]> {
  const { rows } = await pool.query<Range>(
    `SELECT greatest(r.range_from, h.from_time) AS "from", least(r.range_to, h.to_time + 1) AS "to"
       FROM compute c
       JOIN hole h ON h.type = c.type AND h.layer = 'archive' AND h.from_time IS NOT NULL
       JOIN publication_range r ON r.compute_id = c.id AND r.until_number IS NULL
        AND r.range_from <= h.to_time AND r.range_to > h.from_time
       JOIN version v ON v.id = r.version_id AND v.finished_at < h.created_at AND h.seq_from <= ANY (v.cut)
      WHERE c.id = $1 ORDER BY 1`,
    [computeId],
  )
  return rows
}
