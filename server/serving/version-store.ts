import { copyInto, type PoolClient } from '../clients'
import type { Cut } from './cut'
import type { Queryable } from './publication-store'
import type { Range } from './ranges'

export type VersionState = 'staging' | 'staged' | 'published' | 'discarded'

export interface VersionRow extends Range {
  id: number
  computeId: number
  number: number
  pipeline: string
  epoch: number
  cut: number[]
  watermark: number | null
  state: VersionState
  digest: string | null
  rows: number
  events: number
  bytes: number
  schemas: Record<string, number>
  jobId: string | null
  createdBy: string
  reason: string | null
  startedAt: Date
  finishedAt: Date | null
  publishedAt: Date | null
}

const columns = `id, compute_id AS "computeId", number, pipeline, range_from AS "from", range_to AS "to", epoch, cut,
  watermark, state, digest, rows, events, bytes, schemas, job_id AS "jobId", created_by AS "createdBy", reason,
  started_at AS "startedAt", finished_at AS "finishedAt", published_at AS "publishedAt"`

export interface NewVersion {
  computeId: number
  pipeline: string
  range: Range
  cut: Cut
  schemas: Record<string, number>
  jobId: string | null
  createdBy: string
  reason: string | null
}

export async function insertVersion(
  client: PoolClient,
  version: NewVersion,
): Promise<{ id: number; number: number }> {
  const { computeId, pipeline, range, cut, schemas, jobId, createdBy, reason } = version
  // Numbers count up per pipeline, over all its computes: the lock makes "highest + 1" unique.
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('version:' || $1, 0))`, [pipeline])
  const { rows } = await client.query<{ id: number; number: number }>(
    `INSERT INTO version (compute_id, number, pipeline, range_from, range_to, epoch, cut, watermark, state, schemas,
                          job_id, created_by, reason)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6::bigint[], $7, 'staging', $8::jsonb, $9, $10, $11
       FROM version WHERE pipeline = $2
     RETURNING id, number`,
    [
      computeId,
      pipeline,
      range.from,
      range.to,
      cut.epoch,
      cut.seqs,
      lowest(cut.watermarks),
      JSON.stringify(schemas),
      jobId,
      createdBy,
      reason,
    ],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('INSERT INTO version returned no row')
  return row
}

const lowest = (watermarks: readonly (number | null)[]): number | null =>
  watermarks.reduce<number | null>((min, w) => (w === null || (min !== null && min <= w) ? min : w), null)

/** Copies lines of COPY text (window_start, key, acc, sketch) into a version; resolves to the rows written. */
export function copyCells(client: PoolClient, lines: AsyncIterable<string>): Promise<number> {
  return copyInto(client, `COPY version_cell (version_id, window_start, key, acc, sketch) FROM STDIN`, lines)
}

export interface StagedFigures {
  digest: string
  rows: number
  events: number
  bytes: number
}

/** False: the version is no longer being staged (it was discarded meanwhile). */
export async function markStaged(client: PoolClient, id: number, figures: StagedFigures): Promise<boolean> {
  const { rowCount } = await client.query(
    `WITH done AS (DELETE FROM version_chunk WHERE version_id = $1)
     UPDATE version SET state = 'staged', digest = $2, rows = $3, events = $4, bytes = $5, finished_at = now()
      WHERE id = $1 AND state = 'staging'`,
    [id, figures.digest, figures.rows, figures.events, figures.bytes],
  )
  return rowCount === 1
}

/** How many were staged still and are published now; the others were given up since they were read. */
export async function markPublished(client: PoolClient, ids: readonly number[]): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE version SET state = 'published', published_at = coalesce(published_at, now())
      WHERE id = ANY($1::int[]) AND state = 'staged'`,
    [ids],
  )
  return rowCount ?? 0
}

/** Discards versions that answer for nothing; returns those it changed. Their cells go separately, in deleteCells. */
export async function markDiscarded(db: Queryable, ids: readonly number[]): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `UPDATE version v SET state = 'discarded'
      WHERE id = ANY($1::int[]) AND state <> 'discarded'
        AND NOT EXISTS (SELECT 1 FROM publication_range r WHERE r.version_id = v.id AND r.until_number IS NULL)
      RETURNING id`,
    [ids],
  )
  return rows.map(({ id }) => id)
}

/**
 * Discards versions that were never put in force. Under a publish of the same instant one of the two waits for the
 * other's row, and then finds it no longer staged.
 */
export async function markGivenUp(db: Queryable, ids: readonly number[]): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `UPDATE version SET state = 'discarded' WHERE id = ANY($1::int[]) AND state IN ('staging', 'staged') RETURNING id`,
    [ids],
  )
  return rows.map(({ id }) => id)
}

/** Deletes at most `limit` cells of discarded versions; returns how many it deleted. */
export async function deleteDiscardedCells(db: Queryable, computeId: number, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `WITH chunk AS (DELETE FROM version_chunk k USING version v
                     WHERE v.id = k.version_id AND v.compute_id = $1 AND v.state = 'discarded')
     DELETE FROM version_cell c USING (
       SELECT d.version_id, d.window_start, d.key
         FROM version v CROSS JOIN LATERAL (
           SELECT version_id, window_start, key FROM version_cell WHERE version_id = v.id LIMIT $2) d
        WHERE v.compute_id = $1 AND v.state = 'discarded' LIMIT $2) gone
      WHERE c.version_id = gone.version_id AND c.window_start = gone.window_start AND c.key = gone.key`,
    [computeId, limit],
  )
  return rowCount ?? 0
}

export async function readVersions(db: Queryable, ids: readonly number[]): Promise<VersionRow[]> {
  const { rows } = await db.query<VersionRow>(`SELECT ${columns} FROM version WHERE id = ANY($1::int[])`, [
    ids,
  ])
  return rows
}

export async function findVersion(
  db: Queryable,
  pipeline: string,
  number: number,
): Promise<VersionRow | null> {
  const { rows } = await db.query<VersionRow>(
    `SELECT ${columns} FROM version WHERE pipeline = $1 AND number = $2`,
    [pipeline, number],
  )
  return rows[0] ?? null
}

export async function versionsOfPipeline(
  db: Queryable,
  pipeline: string,
  limit: number,
  below: number,
): Promise<VersionRow[]> {
  const { rows } = await db.query<VersionRow>(
    `SELECT ${columns} FROM version WHERE pipeline = $1 AND number < $3 ORDER BY number DESC LIMIT $2`,
    [pipeline, limit, below],
  )
  return rows
}

/** Every version whose cells are (or are about to be) there, latest published first. */
export async function liveVersions(db: Queryable, computeId: number): Promise<VersionRow[]> {
  const { rows } = await db.query<VersionRow>(
    `SELECT ${columns} FROM version WHERE compute_id = $1 AND state <> 'discarded'
      ORDER BY published_at DESC NULLS FIRST, id DESC`,
    [computeId],
  )
  return rows
}
