import { inTransaction, type Pool } from '../../clients'
import { insertSegments, positionId, segmentColumns, type NewSegment, type Segment } from './archive-store'

/** A reader found a segment damaged: it is checked next. */
export async function noteSuspect(pool: Pool, id: number): Promise<void> {
  await pool.query(
    `UPDATE archive_segment SET checked_at = NULL WHERE id = $1 AND state = 'live' AND checked_at IS NOT NULL`,
    [id],
  )
}

export async function noteChecked(pool: Pool, id: number): Promise<void> {
  await pool.query('UPDATE archive_segment SET checked_at = clock_timestamp() WHERE id = $1', [id])
}

/** The live segment whose check is due longest: suspects first, then those not checked for `everyMs`. */
export async function selectDue(pool: Pool, everyMs: number): Promise<Segment | null> {
  const { rows } = await pool.query<Segment>(
    `SELECT ${segmentColumns} FROM archive_segment
      WHERE state = 'live' AND (checked_at IS NULL OR checked_at < clock_timestamp() - $1 * interval '1 millisecond')
      ORDER BY checked_at NULLS FIRST, id LIMIT 1`,
    [everyMs],
  )
  return rows[0] ?? null
}

export async function selectLive(pool: Pool): Promise<{ id: number; file: string; bytes: number }[]> {
  const { rows } = await pool.query<{ id: number; file: string; bytes: number }>(
    `SELECT id, file, bytes FROM archive_segment WHERE state = 'live' ORDER BY id`,
  )
  return rows
}

export interface LostStretch {
  seqFrom: number
  seqTo: number
  reason: string
}

/**
 * What was rebuilt takes the place of a damaged segment; what could not be is a hole of the segment's event times,
 * and where nothing was rebuilt the segment is lost. False, with nothing written: the lease is another's, or the
 * segment was replaced meanwhile.
 */
export async function commitRepair(
  pool: Pool,
  fence: number,
  repair: { segment: Segment; rebuilt: readonly NewSegment[]; lost: readonly LostStretch[] },
): Promise<boolean> {
  const { segment, rebuilt, lost } = repair
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE archive_segment SET state = $3, created_at = clock_timestamp(), checked_at = clock_timestamp()
        WHERE id = $1 AND state = 'live'
          AND EXISTS (SELECT 1 FROM archive_position WHERE id = $4 AND fence = $2 FOR SHARE)`,
      [segment.id, fence, rebuilt.length > 0 ? 'replaced' : 'lost', positionId],
    )
    if (rowCount !== 1) return false
    await insertSegments(client, rebuilt)
    for (const { seqFrom, seqTo, reason } of lost)
      await client.query(
        `INSERT INTO hole (type, seq_from, seq_to, from_time, to_time, layer, reason)
         VALUES ($1, $2, $3, $4, $5, 'archive', $6)`,
        [segment.type, seqFrom, seqTo, segment.minTime, segment.maxTime, reason],
      )
    return true
  })
}
