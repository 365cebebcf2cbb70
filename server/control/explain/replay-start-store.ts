import type { Pool } from '../../clients'

/** By partition: the log is to be looked at behind `seq`, where the watermark stood at `watermark`. */
export interface ReplayStart {
  epoch: number
  partitions: { seq: number; watermark: number | null }[]
}

/** The last epoch that ended before the given messages in every partition; null: there is none, start at the log's. */
export async function selectReplayStart(
  pool: Pool,
  computeId: number,
  firstSeqs: readonly number[],
): Promise<ReplayStart | null> {
  const { rows } = await pool.query<ReplayStart>({
    name: 'explain-replay-start',
    text: `SELECT e.epoch, json_agg(json_build_object('seq', e.seq, 'watermark', e.watermark) ORDER BY e.partition) AS partitions
             FROM closed_epoch e JOIN UNNEST($2::bigint[]) WITH ORDINALITY AS f(seq, nth) ON f.nth = e.partition + 1
            WHERE e.compute_id = $1 AND e.seq < f.seq
            GROUP BY e.epoch HAVING count(*) = cardinality($2::bigint[])
            ORDER BY e.epoch DESC LIMIT 1`,
    values: [computeId, firstSeqs],
  })
  return rows[0] ?? null
}
