import { copyInto, type PoolClient } from '../clients'
import type { Instant } from '../pipeline'
import { copyText, readVersions, type Hole, type Range, type VersionRow } from '../serving'
import type { ServedSegment } from './compare-sql'

import type { Queryable } from './read-divergence-store'

/** A comparison may wait for DuckDB between two statements, and its statements are as long as the version is big. */
export async function liftTimeouts(client: PoolClient): Promise<void> {
  await client.query('SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0')
}

const fetchRows = 5_000

/** Rows of a statement as they are fetched; the client is in a transaction and runs nothing else meanwhile. */
export async function* cursorRows<Row extends object>(client: PoolClient, name: string, sql: string) {
  await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`)
  try {
    for (;;) {
      const { rows } = await client.query<Row>(`FETCH ${fetchRows} FROM ${name}`)
      if (rows.length === 0) return
      yield rows
    }
  } finally {
    await client.query(`CLOSE ${name}`).catch(() => undefined)
  }
}

/** The same, of a statement that is done before the first row is fetched: unlike a cursor, it may run in parallel. */
export async function* stagedRows<Row extends object>(
  client: PoolClient,
  name: string,
  sql: string,
  order: string,
): AsyncGenerator<Row[]> {
  await client.query(`CREATE TEMP TABLE ${name}_row ON COMMIT DROP AS ${sql}`)
  yield* cursorRows<Row>(client, name, `SELECT * FROM ${name}_row ORDER BY ${order}`)
  await client.query(`DROP TABLE ${name}_row`)
}

export interface MapRow extends Range {
  versionId: number
}

/** What is in force over a range, clipped to it. */
export async function mapOver(db: Queryable, computeId: number, { from, to }: Range): Promise<MapRow[]> {
  const { rows } = await db.query<MapRow>(
    `SELECT greatest(range_from, $2) AS "from", least(range_to, $3) AS "to", version_id AS "versionId"
       FROM publication_range
      WHERE compute_id = $1 AND until_number IS NULL AND range_to > $2 AND range_from < $3 ORDER BY 1`,
    [computeId, from, to],
  )
  return rows
}

/** The range cut by what answers where; speed alone in between. */
export async function segmentsOver(
  db: Queryable,
  range: Range,
  map: readonly MapRow[],
): Promise<ServedSegment[]> {
  const versions = new Map(
    (await readVersions(db, [...new Set(map.map((row) => row.versionId))])).map((v) => [v.id, v]),
  )
  const segments: ServedSegment[] = []
  let from = range.from
  for (const row of map) {
    if (row.from > from) segments.push({ from, to: row.from, version: null })
    segments.push({ from: row.from, to: row.to, version: versions.get(row.versionId) ?? null })
    from = row.to
  }
  if (from < range.to) segments.push({ from, to: range.to, version: null })
  return segments
}

export type HoleRow = Omit<Hole, 'reason' | 'notedAt'>

/** What a layer lacks of a compute's events up to a position. */
export async function holesUpTo(
  db: Queryable,
  scope: { computeId: number; type: string; seq: number },
): Promise<HoleRow[]> {
  const { rows } = await db.query<HoleRow>(
    `SELECT layer, partition, seq_from AS "seqFrom", seq_to AS "seqTo", from_time AS "fromTime", to_time AS "toTime"
       FROM hole WHERE type = $2 AND (compute_id IS NULL OR compute_id = $1) AND (layer = 'quarantine' OR seq_from <= $3)
      ORDER BY id`,
    [scope.computeId, scope.type, scope.seq],
  )
  return rows
}

export interface ClosedPosition {
  epoch: number
  partition: number
  seq: number
  watermark: Instant | null
  logTime: Instant | null
  hasState: boolean
}

/**
 * The newest closed epoch from `fromEpoch` on and before `epoch` that ended, in each partition, before the first
 * message given; empty: none did.
 */
export async function closedBefore(
  db: Queryable,
  scope: { computeId: number; fromEpoch: number; epoch: number; firstSeqs: ReadonlyMap<number, number> },
): Promise<ClosedPosition[]> {
  const { rows } = await db.query<ClosedPosition>(
    `WITH first AS (SELECT * FROM unnest($4::int[], $5::bigint[]) AS f (partition, seq)),
     fits AS (
       SELECT c.epoch FROM closed_epoch c LEFT JOIN first USING (partition)
        WHERE c.compute_id = $1 AND c.epoch >= $2 AND c.epoch < $3
        GROUP BY c.epoch HAVING bool_and(first.seq IS NULL OR c.seq < first.seq)
        ORDER BY c.epoch DESC LIMIT 1)
     SELECT epoch, partition, seq, watermark, (state->>'logTime')::bigint AS "logTime", state IS NOT NULL AS "hasState"
       FROM closed_epoch JOIN fits USING (epoch) WHERE compute_id = $1 ORDER BY partition`,
    [
      scope.computeId,
      scope.fromEpoch,
      scope.epoch,
      [...scope.firstSeqs.keys()],
      [...scope.firstSeqs.values()],
    ],
  )
  return rows
}

export interface BucketCounts {
  windowStart: Instant
  key: string
  late: number
  duplicate: number
}

/** What speed counted as it went, in the order in which engines give theirs. */
export const bucketCountsSql = (
  computeId: number,
  { from, to }: Range,
  epochs: { after: number; upTo: number },
): string =>
  `SELECT window_start AS "windowStart", key, sum(late)::bigint AS late, sum(duplicate)::bigint AS duplicate
     FROM speed_bucket WHERE compute_id = ${computeId} AND window_start >= ${from} AND window_start < ${to}
      AND epoch > ${epochs.after} AND epoch <= ${epochs.upTo} AND (late > 0 OR duplicate > 0)
    GROUP BY window_start, key ORDER BY window_start, key COLLATE "C"`

/** The version, held against being published or discarded until the transaction ends; null: there is none. */
export async function lockVersion(client: PoolClient, id: number): Promise<VersionRow | null> {
  await client.query('SELECT 1 FROM version WHERE id = $1 FOR NO KEY UPDATE', [id])
  return (await readVersions(client, [id]))[0] ?? null
}

export async function deleteComparison(client: PoolClient, versionId: number): Promise<void> {
  for (const table of ['comparison', 'divergence_cell', 'cell_change'])
    await client.query(`DELETE FROM ${table} WHERE version_id = $1`, [versionId])
}

/** Cells of a version whose windows start at or after an instant. */
export async function countCellsFrom(db: Queryable, versionId: number, from: Instant): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'SELECT count(*) AS n FROM version_cell WHERE version_id = $1 AND window_start >= $2',
    [versionId, from],
  )
  return rows[0]?.n ?? 0
}

export async function batchCells(
  db: Queryable,
  versionId: number,
  cells: readonly { windowStart: number; key: string }[],
): Promise<{ windowStart: number; key: string; acc: (string | null)[]; sketch: Uint8Array | null }[]> {
  const { rows } = await db.query<{
    windowStart: number
    key: string
    acc: (string | null)[]
    sketch: Uint8Array | null
  }>(
    `SELECT window_start AS "windowStart", key, acc, sketch FROM version_cell
       JOIN unnest($2::bigint[], $3::text[]) AS wanted (window_start, key) USING (window_start, key) WHERE version_id = $1`,
    [versionId, cells.map((cell) => cell.windowStart), cells.map((cell) => cell.key)],
  )
  return rows
}

/** A row of COPY text. */
export function copyLine(values: readonly (string | number | null)[]): string {
  return `${values.map((value) => (value === null ? '\\N' : typeof value === 'number' ? String(value) : copyText(value))).join('\t')}\n`
}

export async function copyDivergence(client: PoolClient, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  await copyInto(
    client,
    `COPY divergence_cell (compute_id, window_start, key, measure, version_id, speed, batch, difference, relative, late,
       duplicate, invalid, approximation, hole, "schema", drift, main_cause, events, state) FROM STDIN`,
    lines,
  )
}

export async function copyChanges(client: PoolClient, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  await copyInto(
    client,
    `COPY cell_change (version_id, window_start, key, before, after, causes) FROM STDIN`,
    lines,
  )
}

export async function insertComparison(
  client: PoolClient,
  row: {
    versionId: number
    computeId: number
    cells: number
    differing: number
    beyond: number
    drifting: number
    inFlight: number
    measures: object
    base: readonly MapRow[]
    seconds: number
  },
): Promise<void> {
  await client.query(
    `INSERT INTO comparison (version_id, compute_id, cells, differing, beyond, drifting, in_flight, measures, base, seconds, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10, clock_timestamp())`,
    [
      row.versionId,
      row.computeId,
      row.cells,
      row.differing,
      row.beyond,
      row.drifting,
      row.inFlight,
      JSON.stringify(row.measures),
      JSON.stringify(row.base.map(({ from, to, versionId }) => [from, to, versionId])),
      row.seconds,
    ],
  )
}
