import { inTransaction, type Pool, type PoolClient } from '../../clients'
import { insertSegments, positionId, type NewSegment, type Segment } from './archive-store'

export type LiveSegment = Pick<Segment, 'id' | 'type' | 'file' | 'seqFrom' | 'seqTo' | 'rows' | 'bytes'>

export async function selectLive(db: Pool | PoolClient): Promise<LiveSegment[]> {
  const { rows } = await db.query<LiveSegment>(
    `SELECT id, type, file, seq_from AS "seqFrom", seq_to AS "seqTo", rows, bytes
       FROM archive_segment WHERE state = 'live' ORDER BY id`,
  )
  return rows
}

export interface AdoptionChange {
  adopt: readonly NewSegment[]
  /** Ids of the listed ones whose events are in the adopted. */
  drop: readonly number[]
  fromSeq: number
  toSeq: number
  unknown: readonly { seqFrom: number; seqTo: number }[]
  reason: string
}

/** In one transaction, under a new fence: an archiver that runs starts again from what is written here. */
export function commitAdoption(pool: Pool, change: AdoptionChange): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query(
      'INSERT INTO archive_position (id, seq, fence) VALUES ($1, 0, 0) ON CONFLICT (id) DO NOTHING',
      [positionId],
    )
    const { rowCount } = await client.query(
      `UPDATE archive_position SET seq = $3, fence = fence + 1, owner = NULL, lease_until = NULL,
              updated_at = clock_timestamp() WHERE id = $1 AND seq = $2`,
      [positionId, change.fromSeq, change.toSeq],
    )
    if (rowCount !== 1) return false
    await client.query('DELETE FROM archive_segment WHERE id = ANY($1::int[])', [change.drop])
    await client.query(`DELETE FROM archive_segment WHERE state = 'replaced' AND file = ANY($1::text[])`, [
      change.adopt.map(({ file }) => file),
    ])
    await insertSegments(client, change.adopt)
    for (const { seqFrom, seqTo } of change.unknown) {
      await client.query(
        `INSERT INTO hole (type, seq_from, seq_to, to_time, layer, reason)
         SELECT type, $1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, 'archive', $3
           FROM (SELECT DISTINCT type FROM archive_segment UNION SELECT DISTINCT type FROM compute) known`,
        [seqFrom, seqTo, change.reason],
      )
    }
    return true
  })
}
