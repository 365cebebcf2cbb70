import type { Instant } from '../pipeline'
import type { Coverage, Hole } from './merge'
import type { Queryable } from './publication-store'
import type { Range } from './ranges'

/** One contribution to a cell of the page, or the row with what holds for the whole page. */
export interface PageRow {
  /** Place of the cell in the page; 0: the meta row. */
  place: number
  windowStart: Instant
  key: string
  /** Null: no version in force covers the window. */
  versionId: number | null
  kind: 'version' | 'bucket' | 'unavailable'
  acc: (string | null)[]
  /** Only where a cell has several contributions: one alone answers from its slots. */
  sketch: Uint8Array | null
  late: number
  meta: PageMeta | null
}

export interface PageMeta {
  publication: number
  boundary: Instant | null
  /** The page was read up to here: at this bound, more may follow even if the page is short. */
  horizon: Instant
  positions: { partition: number; seq: number; watermark: Instant | null }[] | null
  versions: ({ id: number } & Coverage)[] | null
  holes: Hole[] | null
  /** Where versions answer; null when no hole touches the range. */
  covered: (Range & { id: number })[] | null
  /** When read as of an instant: the publication in force then. */
  asOf: number | null
}

export interface PageQuery {
  computeId: number
  from: Instant
  to: Instant
  /** The page starts after this cell. */
  after: { windowStart: Instant; key: string }
  limit: number
  key: string | null
}

const positions = `(SELECT json_agg(json_build_object('partition', partition, 'seq', seq, 'watermark', watermark)
    ORDER BY partition) FROM speed_position WHERE compute_id = $1)`

const touching = `FROM hole h WHERE h.type = (SELECT type FROM compute WHERE id = $1)
     AND (h.compute_id IS NULL OR h.compute_id = $1)
     AND (h.to_time IS NULL OR h.to_time >= $2) AND (h.from_time IS NULL OR h.from_time < $3)`

const holes = `(SELECT json_agg(json_build_object('layer', layer, 'partition', partition, 'seqFrom', seq_from,
    'seqTo', seq_to, 'fromTime', from_time, 'toTime', to_time, 'reason', reason,
    'notedAt', (extract(epoch FROM created_at) * 1000)::bigint) ORDER BY h.id)
    ${touching})`

/** What covers the range, where a hole asks for it: windows without a cell are judged too. */
const underHoles = (covered: string) => `SELECT v, f, t FROM ${covered} WHERE EXISTS (SELECT 1 ${touching})`
const coveredOf = (
  covered: string,
) => `(SELECT json_agg(json_build_object('id', v, 'from', f, 'to', t) ORDER BY f)
    FROM (${underHoles(covered)}) u)`

/** Ranges in force and the gaps between them, disjoint, over [$2, horizon). */
const segments = `
  covered AS MATERIALIZED (
    SELECT r.range_from AS f, r.range_to AS t, r.version_id AS v, version.epoch
      FROM publication_range r JOIN version ON version.id = r.version_id
     WHERE r.compute_id = $1 AND r.until_number IS NULL AND r.range_to > $2 AND r.range_from < $3
     ORDER BY r.range_from LIMIT $6),
  horizon AS MATERIALIZED (SELECT CASE WHEN count(*) = $6 THEN max(f) ELSE $3 END AS t FROM covered),
  segment AS MATERIALIZED (
    SELECT * FROM (
      SELECT f, t, v, epoch FROM covered
      UNION ALL
      SELECT coalesce(lag(t) OVER (ORDER BY f), $2), f, NULL, -1 FROM covered
      UNION ALL
      SELECT coalesce(max(t), $2), $3, NULL, -1 FROM covered) s
     WHERE f < t AND f < (SELECT t FROM horizon) ORDER BY f)`

/**
 * One statement, so one snapshot: publication, versions, buckets and positions are of the same moment. First the
 * keys of the page from the versions, then from the buckets up to where the versions' keys reach, then the
 * contributions of these cells only. Buckets at or before a version's cut are never read.
 */
function pageSql(keyed: boolean): string {
  const onKey = keyed ? 'AND key = $7' : ''
  // Of one key only the window is compared: a row comparison would have the index walked key by key.
  const after = keyed
    ? 'window_start >= $4::bigint + CASE WHEN $7 > $5 THEN 0 ELSE 1 END'
    : '(window_start, key) > ($4, $5)'
  return `WITH ${segments},
  from_versions AS MATERIALIZED (
    SELECT x.window_start, x.key FROM covered s CROSS JOIN LATERAL (
      SELECT window_start, key FROM version_cell
       WHERE version_id = s.v AND window_start >= greatest(s.f, $2) AND window_start < least(s.t, $3)
         AND ${after} ${onKey}
       ORDER BY window_start, key LIMIT $6) x
     WHERE s.f < (SELECT t FROM horizon)
     ORDER BY s.f, x.window_start, x.key LIMIT $6),
  reach AS MATERIALIZED (
    SELECT CASE WHEN count(*) = $6 THEN max(window_start) + 1 ELSE (SELECT t FROM horizon) END AS t
      FROM from_versions),
  from_buckets AS MATERIALIZED (
    SELECT x.window_start, x.key FROM segment s CROSS JOIN LATERAL (
      SELECT DISTINCT window_start, key FROM speed_bucket
       WHERE compute_id = $1 AND window_start >= greatest(s.f, $2)
         AND window_start < least(s.t, (SELECT t FROM reach))
         AND ${after} AND epoch > s.epoch AND acc[1] > 0 ${onKey}
       ORDER BY window_start, key LIMIT $6) x
     WHERE s.f < (SELECT t FROM reach)
     ORDER BY s.f, x.window_start, x.key LIMIT $6),
  page AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY window_start, key) AS place, window_start, key FROM (
      SELECT * FROM from_versions UNION SELECT * FROM from_buckets ORDER BY 1, 2 LIMIT $6) k),
  contribution AS (
    SELECT p.place, p.window_start, p.key, s.v, x.kind, x.acc, x.late,
           CASE WHEN count(*) OVER (PARTITION BY p.place) > 1 THEN x.sketch END AS sketch
      FROM page p JOIN segment s ON p.window_start >= s.f AND p.window_start < s.t
     CROSS JOIN LATERAL (
       SELECT 'version' AS kind, acc, sketch, 0 AS late FROM version_cell
        WHERE version_id = s.v AND window_start = p.window_start AND key = p.key
       UNION ALL
       SELECT 'bucket', acc, sketch, late FROM speed_bucket
        WHERE compute_id = $1 AND window_start = p.window_start AND key = p.key AND epoch > s.epoch
          AND (acc[1] > 0 OR late > 0)) x)
  SELECT 0 AS place, NULL::bigint AS "windowStart", NULL AS key, NULL::int AS "versionId", 'meta' AS kind,
         NULL::numeric[] AS acc, NULL::bytea AS sketch, 0 AS late, json_build_object(
           'publication', (SELECT publication FROM compute WHERE id = $1),
           'boundary', (SELECT max(range_to) FROM publication_range WHERE compute_id = $1 AND until_number IS NULL),
           'horizon', (SELECT t FROM horizon), 'positions', ${positions}, 'holes', ${holes},
           'versions', (SELECT json_agg(json_build_object('id', id, 'version', number, 'epoch', epoch, 'cut', cut,
             'settledTo', watermark, 'finishedAt', (extract(epoch FROM finished_at) * 1000)::bigint))
                          FROM version WHERE id IN (
             SELECT v FROM contribution UNION SELECT v FROM (${underHoles('covered')}) u)),
           'covered', ${coveredOf('covered')}, 'asOf', NULL) AS meta
  UNION ALL
  SELECT place, window_start, key, v, kind, acc, sketch, late, NULL FROM contribution
  ORDER BY place, kind DESC`
}

/**
 * As of publication $8's map: figures of its versions where they are kept. Where they are not, or none covered the
 * window, the cells that are known now are named as unavailable.
 */
const onKey = 'AND ($7::text IS NULL OR key = $7)'
const asOfSql = `WITH chosen AS MATERIALIZED (
    SELECT coalesce(max(number), 0) AS number FROM publication WHERE compute_id = $1 AND at <= to_timestamp($8 / 1000.0)),
  then_covered AS MATERIALIZED (
    SELECT r.range_from AS f, r.range_to AS t, r.version_id AS v FROM publication_range r
      JOIN version ON version.id = r.version_id AND version.state <> 'discarded', chosen
     WHERE r.compute_id = $1 AND r.since_number <= chosen.number
       AND (r.until_number IS NULL OR r.until_number > chosen.number) AND r.range_to > $2 AND r.range_from < $3),
  then_segment AS MATERIALIZED (
    SELECT * FROM (
      SELECT f, t, v FROM then_covered
      UNION ALL
      SELECT coalesce(lag(t) OVER (ORDER BY f), $2), f, NULL FROM then_covered
      UNION ALL
      SELECT coalesce(max(t), $2), $3, NULL FROM then_covered) s WHERE f < t),
  now_covered AS MATERIALIZED (
    SELECT r.range_from AS f, r.range_to AS t, r.version_id AS v FROM publication_range r
     WHERE r.compute_id = $1 AND r.until_number IS NULL AND r.range_to > $2 AND r.range_from < $3),
  known AS (
    SELECT x.window_start, x.key, s.v FROM then_covered s CROSS JOIN LATERAL (
      SELECT window_start, key FROM version_cell
       WHERE version_id = s.v AND window_start >= greatest(s.f, $2) AND window_start < least(s.t, $3)
         AND (window_start, key) > ($4, $5) ${onKey} ORDER BY window_start, key LIMIT $6) x
    UNION ALL
    SELECT x.window_start, x.key, NULL FROM then_segment s
      JOIN now_covered n ON s.v IS NULL AND n.f < s.t AND s.f < n.t CROSS JOIN LATERAL (
      SELECT window_start, key FROM version_cell
       WHERE version_id = n.v AND window_start >= greatest(s.f, n.f, $2) AND window_start < least(s.t, n.t, $3)
         AND (window_start, key) > ($4, $5) ${onKey} ORDER BY window_start, key LIMIT $6) x
    UNION ALL
    SELECT x.window_start, x.key, NULL FROM then_segment s CROSS JOIN LATERAL (
      SELECT DISTINCT window_start, key FROM speed_bucket
       WHERE compute_id = $1 AND window_start >= greatest(s.f, $2) AND window_start < least(s.t, $3)
         AND (window_start, key) > ($4, $5) AND acc[1] > 0 ${onKey} ORDER BY window_start, key LIMIT $6) x
     WHERE s.v IS NULL),
  page AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY window_start, key) AS place, window_start, key, v FROM (
      SELECT DISTINCT window_start, key, v FROM known ORDER BY 1, 2 LIMIT $6) k)
  SELECT 0 AS place, NULL::bigint AS "windowStart", NULL AS key, NULL::int AS "versionId", 'meta' AS kind,
         NULL::numeric[] AS acc, NULL::bytea AS sketch, 0 AS late, json_build_object(
           'publication', (SELECT publication FROM compute WHERE id = $1),
           'boundary', (SELECT max(range_to) FROM publication_range r, chosen WHERE compute_id = $1
             AND r.since_number <= chosen.number AND (r.until_number IS NULL OR r.until_number > chosen.number)),
           'horizon', $3::bigint, 'positions', ${positions}, 'holes', ${holes},
           'versions', (SELECT json_agg(json_build_object('id', id, 'version', number, 'epoch', epoch, 'cut', cut,
             'settledTo', watermark, 'finishedAt', (extract(epoch FROM finished_at) * 1000)::bigint))
                          FROM version WHERE id IN (
             SELECT v FROM page UNION SELECT v FROM (${underHoles('then_covered')}) u)),
           'covered', ${coveredOf('then_covered')},
           'asOf', (SELECT number FROM chosen)) AS meta
  UNION ALL
  SELECT p.place, p.window_start, p.key, p.v, CASE WHEN p.v IS NULL THEN 'unavailable' ELSE 'version' END,
         coalesce(c.acc, '{}'), NULL, 0, NULL
    FROM page p LEFT JOIN version_cell c
      ON c.version_id = p.v AND c.window_start = p.window_start AND c.key = p.key
  ORDER BY place`

const statements = {
  page: { name: 'serving-values', text: pageSql(false) },
  pageOfKey: { name: 'serving-values-key', text: pageSql(true) },
  asOf: { name: 'serving-values-asof', text: asOfSql },
}

export async function readPage(
  db: Queryable,
  query: PageQuery,
  asOf: Instant | null,
): Promise<{ meta: PageMeta; rows: PageRow[] }> {
  const { computeId, from, to, after, limit, key } = query
  const values = [computeId, from, to, after.windowStart, after.key, limit]
  const { rows } = await db.query<PageRow>(
    asOf !== null
      ? { ...statements.asOf, values: [...values, key, asOf] }
      : key === null
        ? { ...statements.page, values }
        : { ...statements.pageOfKey, values: [...values, key] },
  )
  const [head, ...contributions] = rows
  const meta = head?.meta
  if (meta === null || meta === undefined) throw new Error('the page statement gave no meta row')
  return { meta, rows: contributions }
}
