import { readSetting, saveSetting, type Pool, type PoolClient } from '../clients'
import type { Flip, MapEntry } from './publication'
import type { Range } from './ranges'

export type Queryable = Pick<Pool | PoolClient, 'query'>

export interface ComputeRow {
  id: number
  pipeline: string
  type: string
  partitions: number
  publication: number
}

export interface StoredEntry extends MapEntry {
  id: number
}

/** Buckets of [from, to) with an epoch up to `epoch` are deleted; later ones are kept. */
export interface VacuumedStretch extends Range {
  epoch: number
}

const computeColumns = 'id, pipeline, type, partitions, publication'

/** The row every writer of a compute's publication map locks first. */
export async function lockCompute(client: PoolClient, computeId: number): Promise<ComputeRow | null> {
  const { rows } = await client.query<ComputeRow>(
    `SELECT ${computeColumns} FROM compute WHERE id = $1 FOR NO KEY UPDATE`,
    [computeId],
  )
  return rows[0] ?? null
}

/** Held while something is staged that a vacuum must not undermine. */
export async function shareCompute(client: PoolClient, computeId: number): Promise<ComputeRow | null> {
  const { rows } = await client.query<ComputeRow>(
    `SELECT ${computeColumns} FROM compute WHERE id = $1 FOR SHARE`,
    [computeId],
  )
  return rows[0] ?? null
}

export async function readCompute(db: Queryable, computeId: number): Promise<ComputeRow | null> {
  const { rows } = await db.query<ComputeRow>(`SELECT ${computeColumns} FROM compute WHERE id = $1`, [
    computeId,
  ])
  return rows[0] ?? null
}

const entryColumns = `id, range_from AS "from", range_to AS "to", version_id AS "versionId"`

/** Entries in force that touch `range`, in order. */
export async function entriesInForce(
  db: Queryable,
  computeId: number,
  range?: Range,
): Promise<StoredEntry[]> {
  const { rows } = await db.query<StoredEntry>(
    `SELECT ${entryColumns} FROM publication_range
      WHERE compute_id = $1 AND until_number IS NULL AND range_to > $2::bigint AND range_from < $3::bigint
      ORDER BY range_from`,
    [computeId, range?.from ?? Number.MIN_SAFE_INTEGER, range?.to ?? Number.MAX_SAFE_INTEGER],
  )
  return rows
}

/** The whole map as publication `number` left it. */
export async function entriesAt(db: Queryable, computeId: number, number: number): Promise<StoredEntry[]> {
  const { rows } = await db.query<StoredEntry>(
    `SELECT ${entryColumns} FROM publication_range
      WHERE compute_id = $1 AND since_number <= $2 AND (until_number IS NULL OR until_number > $2)
      ORDER BY range_from`,
    [computeId, number],
  )
  return rows
}

export interface PublicationRow {
  number: number
  kind: 'publish' | 'rollback'
  at: Date
  jobId: string | null
  actor: string
  reason: string | null
}

export async function writePublication(
  client: PoolClient,
  computeId: number,
  publication: Omit<PublicationRow, 'at'>,
  flip: Flip<StoredEntry>,
): Promise<void> {
  const { number, kind, jobId, actor, reason } = publication
  await client.query(
    // The clock, not the transaction's start: numbers and instants then rise together.
    `INSERT INTO publication (compute_id, number, kind, job_id, actor, reason, at)
     VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
    [computeId, number, kind, jobId, actor, reason],
  )
  await client.query(`UPDATE publication_range SET until_number = $2 WHERE id = ANY($1::int[])`, [
    flip.closed.map(({ id }) => id),
    number,
  ])
  await client.query(
    `INSERT INTO publication_range (compute_id, range_from, range_to, version_id, since_number)
     SELECT $1, f, t, v, $2 FROM unnest($3::bigint[], $4::bigint[], $5::int[]) AS entry (f, t, v)`,
    [
      computeId,
      number,
      flip.added.map(({ from }) => from),
      flip.added.map(({ to }) => to),
      flip.added.map(({ versionId }) => versionId),
    ],
  )
  await client.query(`UPDATE compute SET publication = $2 WHERE id = $1`, [computeId, number])
}

export async function readBoundary(db: Queryable, computeId: number): Promise<number | null> {
  const { rows } = await db.query<{ boundary: number | null }>(
    `SELECT max(range_to) AS boundary FROM publication_range WHERE compute_id = $1 AND until_number IS NULL`,
    [computeId],
  )
  return rows[0]?.boundary ?? null
}

export async function readPublications(
  db: Queryable,
  computeId: number,
  limit: number,
): Promise<PublicationRow[]> {
  const { rows } = await db.query<PublicationRow>(
    `SELECT number, kind, at, job_id AS "jobId", actor, reason FROM publication
      WHERE compute_id = $1 ORDER BY number DESC LIMIT $2`,
    [computeId, limit],
  )
  return rows
}

export async function publicationExists(db: Queryable, computeId: number, number: number): Promise<boolean> {
  if (number === 0) return true
  const { rowCount } = await db.query(`SELECT 1 FROM publication WHERE compute_id = $1 AND number = $2`, [
    computeId,
    number,
  ])
  return rowCount === 1
}

const stretchesKey = (computeId: number) => `vacuumed:${computeId}`

export async function readVacuumed(db: Queryable, computeId: number): Promise<VacuumedStretch[]> {
  const stretches = await readSetting<[number, number, number][]>(db, stretchesKey(computeId))
  return (stretches ?? []).map(([from, to, epoch]) => ({ from, to, epoch }))
}

export async function writeVacuumed(
  client: PoolClient,
  computeId: number,
  stretches: readonly VacuumedStretch[],
): Promise<void> {
  await saveSetting(
    client,
    stretchesKey(computeId),
    stretches.map(({ from, to, epoch }): [number, number, number] => [from, to, epoch]),
  )
}
