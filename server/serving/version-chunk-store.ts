import type { PoolClient } from '../clients'
import { leaseTimes } from '../platform'
import type { Queryable } from './publication-store'
import type { Range } from './ranges'
import type { NewVersion, StagedFigures, VersionState } from './version-store'

/** A part of a version whose rows are there. */
export interface StagedChunk extends Range {
  rows: number
}

export interface BegunRow extends Omit<StagedFigures, 'digest'> {
  id: number
  number: number
  state: VersionState
  /** Null: it is still being staged. */
  digest: string | null
}

/** What the job began for the very same range and cut, and did not give up. */
export async function findBegun(client: PoolClient, version: NewVersion): Promise<BegunRow | null> {
  if (version.jobId === null) return null
  const { computeId, jobId, range, cut } = version
  const { rows } = await client.query<BegunRow>(
    `SELECT id, number, state, digest, rows, events, bytes FROM version
      WHERE compute_id = $1 AND job_id = $2 AND range_from = $3 AND range_to = $4 AND epoch = $5
        AND cut = $6::bigint[] AND state IN ('staging', 'staged') ORDER BY id DESC LIMIT 1`,
    [computeId, jobId, range.from, range.to, cut.epoch, cut.seqs],
  )
  return rows[0] ?? null
}

export async function readChunks(db: Queryable, versionId: number): Promise<StagedChunk[]> {
  const { rows } = await db.query<StagedChunk>(
    `SELECT range_from AS "from", range_to AS "to", rows FROM version_chunk WHERE version_id = $1 ORDER BY range_from`,
    [versionId],
  )
  return rows
}

/** False: the version is no longer being staged. Rejects when another worker was faster with the same chunk. */
export async function insertChunk(
  client: PoolClient,
  versionId: number,
  { from, to, rows }: StagedChunk,
): Promise<boolean> {
  // The rows are there, and nothing is waited for any more: who stands still now is in its successor's way.
  await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${leaseTimes.leaseMs}`)
  const { rowCount } = await client.query(
    `INSERT INTO version_chunk (version_id, range_from, range_to, rows)
     SELECT id, $2, $3, $4 FROM version WHERE id = $1 AND state = 'staging' FOR SHARE`,
    [versionId, from, to, rows],
  )
  return rowCount === 1
}
