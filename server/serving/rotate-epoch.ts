import type { PoolClient } from '../clients'
import { AppError, crashPoint } from '../platform'
import type { Cut } from './cut'
import { readCompute } from './publication-store'

interface ClosedRow {
  epoch: number
  partition: number
  seq: number
  watermark: number | null
}

/**
 * Closes the epoch in all partitions at once, whether workers are up or down: what is committed is before the cut,
 * what is not yet committed will be written into the next epoch. Runs in the caller's transaction.
 */
export async function rotateEpoch(client: PoolClient, computeId: number): Promise<Cut> {
  const compute = await readCompute(client, computeId)
  if (compute === null) {
    throw new AppError('not_found', `Closing the epoch failed: compute ${computeId} does not exist.`)
  }
  await client.query(
    `INSERT INTO speed_position (compute_id, partition) SELECT $1, generate_series(0, $2 - 1)
     ON CONFLICT DO NOTHING`,
    [computeId, compute.partitions],
  )
  // Locked in partition order, as the speed layer's commit does. The epoch is the highest of all partitions, so
  // that one number names the cut even if a partition's row was made later than the others.
  await client.query(
    `SELECT 1 FROM speed_position WHERE compute_id = $1 ORDER BY partition FOR NO KEY UPDATE`,
    [computeId],
  )
  const { rows } = await client.query<ClosedRow>(
    `WITH closing AS (SELECT max(epoch) AS epoch FROM speed_position WHERE compute_id = $1),
     rotated AS (
       UPDATE speed_position p SET epoch = closing.epoch + 1 FROM closing WHERE compute_id = $1
       RETURNING closing.epoch, p.partition, p.seq, p.watermark, json_build_object('logTime', p.log_time,
         'messages', p.messages, 'events', p.events, 'accepted', p.accepted, 'filtered', p.filtered,
         'late', p.late, 'duplicate', p.duplicate, 'invalid', p.invalid) AS state)
     INSERT INTO closed_epoch (compute_id, epoch, partition, seq, watermark, state)
     SELECT $1, epoch, partition, seq, watermark, state FROM rotated
     RETURNING epoch, partition, seq, watermark`,
    [computeId],
  )
  crashPoint('serving.epoch.rotated')
  return toCut(rows)
}

function toCut(rows: ClosedRow[]): Cut {
  const byPartition = [...rows].sort((a, b) => a.partition - b.partition)
  return {
    epoch: byPartition[0]?.epoch ?? 0,
    seqs: byPartition.map(({ seq }) => seq),
    watermarks: byPartition.map(({ watermark }) => watermark),
  }
}
