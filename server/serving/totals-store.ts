import type { CellShape, Instant } from '../pipeline'
import type { Coverage, Hole } from './merge'
import type { Queryable } from './publication-store'
import type { Range } from './ranges'

/**
 * Where a contribution stands: in the version in force, in a bucket the version has already counted, or in a bucket
 * after its cut. merged = version ⊕ after; batch = version; speed = before ⊕ after.
 */
export type ContributionKind = 'version' | 'before' | 'after'

/** Cells of one kind added up: over the keys of a point, or over the windows of a key. */
export interface TotalRow {
  /** Start of the point in a series; place in the order where rows are by key. */
  point: number
  key: string | null
  kind: ContributionKind
  cells: number
  /** Slots of distinct and quantile hold a cell's own figure, right when `cells` is 1. */
  acc: (string | null)[]
  late: number
  /** Null when not asked for, or when there are more bytes than `sketchBytesLimit`. */
  sketches: Uint8Array[] | null
}

export interface TotalsMeta {
  publication: number
  boundary: Instant | null
  positions: { partition: number; seq: number; watermark: Instant | null }[] | null
  covered: (Range & Coverage)[] | null
  holes: Hole[] | null
  vacuumed: [from: number, to: number, epoch: number][] | null
  /** Keys in the range; null in a series. */
  keys: number | null
  /** Exact sum of the ranked slot over all keys; null where it has no sum. */
  rankTotal: string | null
}

/** Sketches read at once to add up distinct and quantile figures; beyond it they are not told. */
export const sketchBytesLimit = 32 * 1024 * 1024

export interface TotalsQuery extends Range {
  computeId: number
  shape: CellShape
  /** Read superseded buckets too, which only the speed layer's own figure needs. */
  withBefore: boolean
  withSketches: boolean
}

export interface SeriesQuery extends TotalsQuery {
  stepMs: number
  key: string | null
}

export interface TopKeysStoreQuery extends TotalsQuery {
  rank: Rank
  limit: number
}

/** What keys are ordered by, over `merged` figures: one slot added up, its greatest or least, or a quotient of two. */
export type Rank =
  { kind: 'sum' | 'max' | 'min'; slot: number } | { kind: 'mean'; sum: number; count: number }

interface MetaColumn {
  meta: TotalsMeta | null
}

export async function readPointTotals(
  db: Queryable,
  query: SeriesQuery,
): Promise<{ meta: TotalsMeta; rows: TotalRow[] }> {
  const onKey = query.key === null ? '' : 'AND key = $5'
  const point = (start: string) => `(${start} - ((${start} % $4::bigint) + $4::bigint) % $4::bigint)`
  const text = query.withSketches
    ? `WITH ${contributions(query, onKey)}
    ${metaRow('NULL', 'NULL')}
    UNION ALL
    SELECT ${point('w')}, NULL, kind, ${aggregates(query)}, NULL FROM contribution GROUP BY 1, kind
    ORDER BY point NULLS FIRST`
    : `WITH ${sums(query, onKey, { name: 'point', expression: point('window_start') })}
    ${metaRow('NULL', 'NULL')}
    UNION ALL
    SELECT point, NULL, kind, cells, acc, late, NULL, NULL FROM total
    ORDER BY point NULLS FIRST`
  const values = [query.computeId, query.from, query.to, query.stepMs]
  const { rows } = await db.query<TotalRow & MetaColumn>({
    ...prepared(text),
    values: query.key === null ? values : [...values, query.key],
  })
  return split(rows)
}

/** Totals by key of the first `limit` keys, in order of rank and then key. */
export async function readKeyTotals(
  db: Queryable,
  query: TopKeysStoreQuery,
): Promise<{ meta: TotalsMeta; rows: TotalRow[] }> {
  const { rank } = query
  const of = query.withSketches ? 'contribution' : 'total'
  const figures = query.withSketches ? aggregates(query) : 'cells, acc, late, NULL::bytea[]'
  const cells = query.withSketches
    ? contributions(query, '', 'key')
    : sums(query, '', { name: 'key', expression: 'key' })
  const text = `WITH ${cells},
    ranked AS MATERIALIZED (
      SELECT key, ${rankSql(rank)} AS figure FROM ${of}
       WHERE kind <> 'before' GROUP BY key HAVING sum(acc[1]) > 0),
    top AS MATERIALIZED (
      SELECT key, row_number() OVER (ORDER BY figure DESC NULLS LAST, key) AS place FROM ranked
       ORDER BY place LIMIT $4)
    ${metaRow('(SELECT count(*)::int FROM ranked)', rank.kind === 'sum' ? '(SELECT sum(figure)::text FROM ranked)' : 'NULL')}
    UNION ALL
    SELECT top.place, c.key, kind, ${figures}, NULL FROM ${of} c JOIN top ON top.key = c.key
     ${query.withSketches ? 'GROUP BY c.key, top.place, kind' : ''}
     ORDER BY point NULLS FIRST`
  const { rows } = await db.query<TotalRow & MetaColumn>({
    ...prepared(text),
    values: [query.computeId, query.from, query.to, query.limit],
  })
  return split(rows)
}

/** Texts that a process has prepared; there is one for each layout of cells. Beyond it they are planned each time. */
const preparedLimit = 200
const names = new Map<string, string>()

function prepared(text: string): { text: string; name?: string } {
  const known = names.get(text)
  if (known === undefined && names.size >= preparedLimit) return { text }
  const name = known ?? `serving-totals-${names.size}`
  names.set(text, name)
  return { text, name }
}

function rankSql(rank: Rank): string {
  if (rank.kind === 'mean') return `sum(acc[${rank.sum + 1}]) / nullif(sum(acc[${rank.count + 1}]), 0)`
  return `${rank.kind}(acc[${rank.slot + 1}])`
}

const segments = `covered AS MATERIALIZED (
      SELECT r.range_from AS f, r.range_to AS t, r.version_id AS v, version.epoch, version.number, version.cut,
             version.watermark, version.finished_at
        FROM publication_range r JOIN version ON version.id = r.version_id
       WHERE r.compute_id = $1 AND r.until_number IS NULL AND r.range_to > $2::bigint AND r.range_from < $3::bigint),
    segment AS MATERIALIZED (
      SELECT * FROM (
        SELECT f, t, epoch FROM covered
        UNION ALL
        SELECT coalesce(lag(t) OVER (ORDER BY f), $2::bigint), f, -1 FROM covered
        UNION ALL
        SELECT coalesce(max(t), $2::bigint), $3::bigint, -1 FROM covered) s
       WHERE f < t)`

/**
 * The cells of the range added up by point or key and kind, where they lie: a million of them are never a row each of
 * what follows.
 */
function sums(query: TotalsQuery, onKey: string, by: { name: string; expression: string }): string {
  const before = query.withBefore ? '' : 'AND epoch > s.epoch'
  const group = `${by.expression} AS ${by.name}`
  const within = `window_start >= greatest(s.f, $2::bigint) AND window_start < least(s.t, $3::bigint)`
  const own = 'count(*) FILTER (WHERE acc[1] > 0) AS cells'
  return `${segments},
    part AS (
      SELECT x.*, 'version' AS kind FROM covered s CROSS JOIN LATERAL (
        SELECT ${group}, ${own}, ${slotSums(query)} AS acc, 0::bigint AS late FROM version_cell
         WHERE version_id = s.v AND ${within} ${onKey} GROUP BY 1) x
      UNION ALL
      SELECT x.${by.name}, x.cells, x.acc, x.late, CASE WHEN x.is_after THEN 'after' ELSE 'before' END
        FROM segment s CROSS JOIN LATERAL (
        SELECT ${group}, epoch > s.epoch AS is_after, ${own}, ${slotSums(query)} AS acc, sum(late) AS late
          FROM speed_bucket
         WHERE compute_id = $1 AND ${within} ${before} AND (acc[1] > 0 OR late > 0) ${onKey} GROUP BY 1, 2) x),
    total AS MATERIALIZED (
      SELECT ${by.name}, kind, sum(cells)::int AS cells, ${slotSums(query)} AS acc, sum(late)::int AS late
        FROM part GROUP BY 1, 2)`
}

/**
 * The cells of the range as contributions, for their sketches. `OFFSET 0` keeps each segment an index scan of its own: the planner cannot
 * know how short they are. All reads of a totals statement share its one snapshot.
 */
function contributions(query: TotalsQuery, onKey: string, keyColumn = 'NULL::text AS key'): string {
  const before = query.withBefore ? '' : 'AND epoch > s.epoch'
  const columns = `window_start AS w, ${keyColumn}, acc, sketch`
  return `${segments},
    contribution AS MATERIALIZED (
      SELECT x.*, 'version' AS kind, 0 AS late FROM covered s CROSS JOIN LATERAL (
        SELECT ${columns} FROM version_cell
         WHERE version_id = s.v AND window_start >= greatest(s.f, $2::bigint)
           AND window_start < least(s.t, $3::bigint) ${onKey} OFFSET 0) x
      UNION ALL
      SELECT x.w, x.key, x.acc, x.sketch, CASE WHEN x.epoch > s.epoch THEN 'after' ELSE 'before' END, x.late
        FROM segment s CROSS JOIN LATERAL (
        SELECT ${columns}, epoch, late FROM speed_bucket
         WHERE compute_id = $1 AND window_start >= greatest(s.f, $2::bigint)
           AND window_start < least(s.t, $3::bigint) ${before} AND (acc[1] > 0 OR late > 0) ${onKey}
         OFFSET 0) x)`
}

/** Each slot added up, or its least or greatest: of cells as of their totals. */
function slotSums(query: TotalsQuery): string {
  const slots = query.shape.layout.slots.map((slot, i) => `${aggregateOf(slot.kind)}(acc[${i + 1}])`)
  return `ARRAY[${slots.join(', ')}]::numeric[]`
}

function aggregates(query: TotalsQuery): string {
  const sketches = `CASE WHEN (SELECT coalesce(sum(octet_length(sketch)), 0) FROM contribution) <= ${sketchBytesLimit}
         THEN array_agg(sketch) FILTER (WHERE acc[1] > 0 AND sketch IS NOT NULL) END`
  return `count(*) FILTER (WHERE acc[1] > 0)::int, ${slotSums(query)}, sum(late)::int, ${sketches}`
}

function aggregateOf(kind: string): 'sum' | 'min' | 'max' {
  if (kind.startsWith('min')) return 'min'
  return kind === 'integer' || kind === 'decimal' || kind === 'float' ? 'sum' : 'max'
}

function metaRow(keys: string, rankTotal: string): string {
  return `SELECT NULL::bigint AS point, NULL::text AS key, 'meta' AS kind, 0 AS cells, NULL::numeric[] AS acc,
      0 AS late, NULL::bytea[] AS sketches, json_build_object(
        'publication', (SELECT publication FROM compute WHERE id = $1),
        'boundary', (SELECT max(range_to) FROM publication_range WHERE compute_id = $1 AND until_number IS NULL),
        'positions', (SELECT json_agg(json_build_object('partition', partition, 'seq', seq, 'watermark', watermark)
          ORDER BY partition) FROM speed_position WHERE compute_id = $1),
        'covered', (SELECT json_agg(json_build_object('from', f, 'to', t, 'version', number, 'epoch', epoch, 'cut', cut,
          'settledTo', watermark, 'finishedAt', (extract(epoch FROM finished_at) * 1000)::bigint) ORDER BY f) FROM covered),
        'holes', (SELECT json_agg(json_build_object('layer', layer, 'partition', partition, 'seqFrom', seq_from,
          'seqTo', seq_to, 'fromTime', from_time, 'toTime', to_time, 'reason', reason,
          'notedAt', (extract(epoch FROM created_at) * 1000)::bigint) ORDER BY h.id)
          FROM hole h WHERE h.type = (SELECT type FROM compute WHERE id = $1) AND (h.compute_id IS NULL OR h.compute_id = $1)
           AND (h.to_time IS NULL OR h.to_time >= $2::bigint) AND (h.from_time IS NULL OR h.from_time < $3::bigint)),
        'vacuumed', (SELECT value FROM setting WHERE key = 'vacuumed:' || $1::int),
        'keys', ${keys}, 'rankTotal', ${rankTotal}) AS meta`
}

function split(rows: (TotalRow & MetaColumn)[]): { meta: TotalsMeta; rows: TotalRow[] } {
  const [head, ...rest] = rows
  if (head?.meta == null) throw new Error('the totals statement gave no meta row')
  return { meta: head.meta, rows: rest }
}
