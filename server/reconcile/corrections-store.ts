import { copyInto, type PoolClient } from '../clients'
import type { Instant, MeasureValue } from '../pipeline'
import type { Range } from '../serving'
import { copyLine } from './compare-store'
import type { Queryable } from './read-divergence-store'

export interface CorrectionOf {
  computeId: number
  pipeline: string
  publication: number
  kind: 'publish' | 'rollback'
  jobId: string | null
  /** What answers after; null: speed alone. */
  versionId: number | null
  /** Last log sequence by partition, at which both hold. */
  cut: readonly number[]
  windowSizeMs: number
}

/** What answered in a version's range when it was compared; null: it was not. */
export async function comparedBase(
  db: Queryable,
  versionId: number,
): Promise<[from: Instant, to: Instant, versionId: number][] | null> {
  const { rows } = await db.query<{ base: [number, number, number][] | null }>(
    'SELECT base FROM comparison WHERE version_id = $1',
    [versionId],
  )
  return rows[0]?.base ?? null
}

/** Makes the changes that a comparison found into corrections. */
export async function insertFromChanges(
  client: PoolClient,
  { from, to }: Range,
  of: CorrectionOf & { versionId: number },
): Promise<number> {
  const { rowCount } = await client.query(
    `INSERT INTO correction (compute_id, pipeline, publication, kind, window_start, window_end, key, before, after, causes,
                             version_id, cut, job_id)
     SELECT $1, $2, $3, $4, window_start, window_start + $5::bigint, key, before, after, causes, $6, $7::jsonb, $8
       FROM cell_change WHERE version_id = $6 AND window_start >= $9 AND window_start < $10
      ORDER BY window_start, key COLLATE "C"`,
    [
      ...[of.computeId, of.pipeline, of.publication, of.kind, of.windowSizeMs, of.versionId],
      ...[JSON.stringify(of.cut), of.jobId, from, to],
    ],
  )
  return rowCount ?? 0
}

export interface ChangedCell {
  windowStart: Instant
  key: string
  before: Record<string, MeasureValue> | null
  after: Record<string, MeasureValue> | null
}

export async function copyCorrections(
  client: PoolClient,
  cells: readonly ChangedCell[],
  of: CorrectionOf,
): Promise<void> {
  if (cells.length === 0) return
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value))
  await copyInto(
    client,
    `COPY correction (compute_id, pipeline, publication, kind, window_start, window_end, key, before, after, version_id,
                      cut, job_id) FROM STDIN`,
    cells.map(({ windowStart, key, before, after }) =>
      copyLine([
        ...[
          of.computeId,
          of.pipeline,
          of.publication,
          of.kind,
          windowStart,
          windowStart + of.windowSizeMs,
          key,
        ],
        ...[json(before), json(after), of.versionId, JSON.stringify(of.cut), of.jobId],
      ]),
    ),
  )
}

export interface StoredCorrection {
  id: number
  pipeline: string
  publication: number
  kind: 'publish' | 'rollback'
  windowStart: Instant
  windowEnd: Instant
  key: string
  before: Record<string, MeasureValue> | null
  after: Record<string, MeasureValue> | null
  causes: Record<string, Record<string, string>> | null
  /** Number of the version that answers after; null: speed alone. */
  version: number | null
  cut: number[]
  at: Date
}

/** Corrections that are not known to be on the stream, in order. */
export async function unpublished(db: Queryable, limit: number): Promise<StoredCorrection[]> {
  const { rows } = await db.query<StoredCorrection>(
    `SELECT c.id, c.pipeline, c.publication, c.kind, c.window_start AS "windowStart", c.window_end AS "windowEnd", c.key,
            c.before, c.after, c.causes, v.number AS version, c.cut, c.created_at AS at
       FROM correction c LEFT JOIN version v ON v.id = c.version_id
      WHERE c.published_seq IS NULL ORDER BY c.id LIMIT $1`,
    [limit],
  )
  return rows
}

export async function markOnStream(
  db: Queryable,
  placed: readonly { id: number; streamSeq: number }[],
): Promise<void> {
  await db.query(
    `UPDATE correction c SET published_seq = p.seq FROM unnest($1::bigint[], $2::bigint[]) AS p (id, seq)
      WHERE c.id = p.id AND c.published_seq IS NULL`,
    [placed.map(({ id }) => id), placed.map(({ streamSeq }) => streamSeq)],
  )
}

/** Highest sequence of the stream that a correction is known to have; 0: none has. */
export async function lastOnStream(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ seq: number }>(
    'SELECT published_seq AS seq FROM correction WHERE published_seq IS NOT NULL ORDER BY published_seq DESC LIMIT 1',
  )
  return rows[0]?.seq ?? 0
}
