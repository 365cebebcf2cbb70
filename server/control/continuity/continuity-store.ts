import { readSetting, saveSetting, type Pool, type PoolClient } from '../../clients'
import type { LogMark } from './judge-continuity'
import type { RetentionHold } from './judge-retention'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** The last message that any position, archived or folded, speaks of. */
export async function selectHighest(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ highest: number }>(
    `SELECT greatest((SELECT max(seq) FROM archive_position), (SELECT max(seq) FROM speed_position),
                     (SELECT max(seq) FROM closed_epoch), (SELECT max(since_seq) FROM schema_version), 0) AS highest`,
  )
  return rows[0]?.highest ?? 0
}

export const selectMark = (db: Queryable) => readSetting<LogMark>(db, 'logMark')
export const saveMark = (db: Queryable, mark: LogMark) => saveSetting(db, 'logMark', mark)

export interface LostStretch {
  fromSeq: number
  toSeq: number
  reason: string
}

/**
 * What each layer had not read of the stretch is a hole of it, up to now in event time: speed by partition, the
 * archive by type. Resolves to how many there are. Doing it again adds none.
 */
export async function insertLost(
  client: PoolClient,
  { fromSeq, toSeq, reason }: LostStretch,
): Promise<number> {
  const nowMs = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'
  const speed = await client.query(
    `INSERT INTO hole (type, compute_id, partition, seq_from, seq_to, to_time, layer, reason)
     SELECT c.type, c.id, p.partition, greatest(p.seq + 1, $1::bigint), $2, ${nowMs}, 'speed', $3
       FROM speed_position p JOIN compute c ON c.id = p.compute_id
      WHERE p.seq < $2 AND NOT EXISTS (
        SELECT 1 FROM hole h WHERE h.compute_id = c.id AND h.partition = p.partition AND h.layer = 'speed'
           AND h.seq_from <= greatest(p.seq + 1, $1::bigint) AND h.seq_to >= $2)`,
    [fromSeq, toSeq, reason],
  )
  const archive = await client.query(
    `INSERT INTO hole (type, seq_from, seq_to, to_time, layer, reason)
     SELECT known.type, greatest(a.seq + 1, $1::bigint), $2, ${nowMs}, 'archive', $3
       FROM (SELECT DISTINCT type FROM archive_segment UNION SELECT DISTINCT type FROM compute) known,
            (SELECT coalesce(max(seq), 0) AS seq FROM archive_position) a
      WHERE a.seq < $2 AND NOT EXISTS (
        SELECT 1 FROM hole h WHERE h.type = known.type AND h.layer = 'archive'
           AND h.seq_from <= greatest(a.seq + 1, $1::bigint) AND h.seq_to >= $2)`,
    [fromSeq, toSeq, reason],
  )
  return (speed.rowCount ?? 0) + (archive.rowCount ?? 0)
}

export const selectHold = (db: Queryable) => readSetting<RetentionHold>(db, 'retentionHold')
export const saveHold = (db: Queryable, hold: RetentionHold | null) => saveSetting(db, 'retentionHold', hold)
