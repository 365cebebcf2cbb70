import type { PoolClient } from '../clients'
import type { Instant } from '../pipeline'
import type { Queryable } from './publication-store'

/** Where a restart of the speed layer is exact: the newest cut that a kept version rests on, or the log's start. */
export interface RestartPoint {
  /** −1: no version is kept, so everything is folded again. */
  epoch: number
  /** What the cut does not say of a partition, so that a restart from it would not be exact; empty: nothing. */
  unknown: number[]
  partitions: {
    partition: number
    seq: number
    /** Position at the cut. */
    cutSeq: number
    /** Events folded since. */
    events: number
  }[]
  buckets: number
}

const newestCut = `(SELECT coalesce(max(epoch), -1) FROM version WHERE compute_id = $1 AND state <> 'discarded')`

export async function readRestartPoint(db: Queryable, computeId: number): Promise<RestartPoint> {
  const { rows } = await db.query<{
    epoch: number
    partition: number
    seq: number
    cutSeq: number | null
    isKnown: boolean
    events: number
    buckets: number
  }>(
    `WITH cut AS (SELECT ${newestCut} AS epoch)
     SELECT cut.epoch, p.partition, p.seq, CASE WHEN cut.epoch < 0 THEN 0 ELSE e.seq END AS "cutSeq",
            cut.epoch < 0 OR e.state IS NOT NULL AS "isKnown",
            p.events - coalesce((e.state->>'events')::bigint, 0) AS events,
            (SELECT count(*) FROM speed_bucket b WHERE b.compute_id = $1 AND b.epoch > cut.epoch) AS buckets
       FROM cut JOIN speed_position p ON p.compute_id = $1
       LEFT JOIN closed_epoch e ON e.compute_id = $1 AND e.epoch = cut.epoch AND e.partition = p.partition
      ORDER BY p.partition`,
    [computeId],
  )
  return {
    epoch: rows[0]?.epoch ?? -1,
    unknown: rows.flatMap(({ isKnown, partition }) => (isKnown ? [] : [partition])),
    partitions: rows.map(({ partition, seq, cutSeq, events }) => ({
      partition,
      seq,
      cutSeq: cutSeq ?? 0,
      events,
    })),
    buckets: rows[0]?.buckets ?? 0,
  }
}

/** Under the lock no worker commits; their leases end, so that what they hold uncommitted is dropped. */
async function takePositions(client: PoolClient, computeId: number): Promise<void> {
  await client.query(`SELECT 1 FROM speed_position WHERE compute_id = $1 ORDER BY partition FOR UPDATE`, [
    computeId,
  ])
}

/** A pause that holds the positions goes on holding them. */
const released = `owner = CASE WHEN p.owner = 'paused' THEN p.owner END,
  lease_until = CASE WHEN p.owner = 'paused' THEN p.lease_until END, fence = p.fence + 1, updated_at = clock_timestamp()`

/**
 * Sets the speed layer back to the restart point: what it wrote after the cut goes, and the positions are what they
 * were there. Folding again from there gives what an undisturbed run gives, because position, watermark, counters and
 * (through the log time) dedupe marks follow from the log alone. The caller sees to it that no run is under way: its
 * cut would be of an epoch that ends elsewhere afterwards.
 */
export async function restartFromCut(client: PoolClient, computeId: number): Promise<void> {
  await takePositions(client, computeId)
  await client.query(`DELETE FROM speed_bucket WHERE compute_id = $1 AND epoch > ${newestCut}`, [computeId])
  await client.query(
    `UPDATE speed_position p
        SET seq = coalesce(e.seq, 0), watermark = e.watermark, log_time = (e.state->>'logTime')::bigint,
            messages = coalesce((e.state->>'messages')::bigint, 0), events = coalesce((e.state->>'events')::bigint, 0),
            accepted = coalesce((e.state->>'accepted')::bigint, 0),
            filtered = coalesce((e.state->>'filtered')::bigint, 0), late = coalesce((e.state->>'late')::bigint, 0),
            duplicate = coalesce((e.state->>'duplicate')::bigint, 0),
            invalid = coalesce((e.state->>'invalid')::bigint, 0), ${released}
       FROM speed_position own LEFT JOIN closed_epoch e
            ON e.compute_id = own.compute_id AND e.partition = own.partition AND e.epoch = ${newestCut}
      WHERE p.compute_id = $1 AND own.compute_id = p.compute_id AND own.partition = p.partition`,
    [computeId],
  )
  // A stretch that was skipped is folded now; cuts after the one kept are cuts no more.
  await client.query(
    `DELETE FROM hole h USING speed_position p
      WHERE h.compute_id = $1 AND h.layer = 'speed' AND p.compute_id = $1 AND p.partition = h.partition
        AND h.seq_from > p.seq`,
    [computeId],
  )
  await client.query(`DELETE FROM closed_epoch WHERE compute_id = $1 AND epoch > ${newestCut}`, [computeId])
}

export interface Skip {
  computeId: number
  /** The last message that is left out. */
  seq: number
  /** When it was logged. */
  logTime: Instant
  /** Event times of what is left out, as far as known; null: unknown, so any window may lack something. */
  fromTime: Instant | null
  toTime: Instant | null
  reason: string
}

/**
 * Moves partitions that are behind `seq` on to it. What they pass over is a hole of this compute: its windows are
 * partial until a version with a later cut answers for them.
 */
export async function skipTo(client: PoolClient, skip: Skip): Promise<void> {
  const { computeId, seq, logTime, fromTime, toTime, reason } = skip
  await takePositions(client, computeId)
  await client.query(
    `INSERT INTO hole (type, compute_id, partition, seq_from, seq_to, from_time, to_time, layer, reason)
     SELECT c.type, c.id, p.partition, p.seq + 1, $2, $3, $4, 'speed', $5
       FROM speed_position p JOIN compute c ON c.id = p.compute_id
      WHERE p.compute_id = $1 AND p.seq < $2`,
    [computeId, seq, fromTime, toTime, reason],
  )
  await client.query(
    `UPDATE speed_position p SET seq = $2, log_time = greatest(p.log_time, $3::bigint), ${released}
      WHERE p.compute_id = $1 AND p.seq < $2`,
    [computeId, seq, logTime],
  )
}
