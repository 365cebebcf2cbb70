import type { Pool, PoolClient } from '../../clients'

export interface ListedFile {
  file: string
  bytes: number
  sha256: string
}

/** The archive as the snapshot's manifest lists it. */
export async function selectListedFiles(
  client: PoolClient,
): Promise<{ position: number; files: ListedFile[] }> {
  const { rows: positions } = await client.query<{ seq: number }>(
    'SELECT coalesce(max(seq), 0) AS seq FROM archive_position',
  )
  const { rows } = await client.query<ListedFile>(
    `SELECT file, bytes, checksum AS sha256 FROM archive_segment WHERE state = 'live' ORDER BY file`,
  )
  return { position: positions[0]?.seq ?? 0, files: rows }
}

/** Every message up to here is archived, and folded by all that is in force. */
export async function selectOldestPosition(client: Pick<Pool | PoolClient, 'query'>): Promise<number> {
  const { rows } = await client.query<{ seq: number }>(
    `SELECT least(
       (SELECT coalesce(max(seq), 0) FROM archive_position),
       (SELECT min(s.seq) FROM speed_position s WHERE s.compute_id IN (
          SELECT v.compute_id FROM pipeline p JOIN pipeline_version v ON v.id IN (p.version_id, p.shadow_id)
           WHERE p.deleted_at IS NULL))) AS seq`,
  )
  return rows[0]?.seq ?? 0
}

/** Replaced segments' files were not kept. */
export async function forgetReplacedSegments(client: PoolClient): Promise<void> {
  await client.query(`DELETE FROM archive_segment WHERE state = 'replaced'`)
}
