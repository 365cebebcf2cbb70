import { inTransaction, type Nats, type Pool } from '../clients'
import { parkEvents } from '../log'
import type { Poison } from './poison'

/** Whose fold threw. */
export interface PoisonedCompute {
  computeId: number
  pipeline: string
  type: string
  partition: number
  windowSizeMs: number
}

const code = 'fold_failed'

/**
 * Puts events that make the fold throw among the dead letters, and marks their windows: what speed says of them is
 * partial until a version with a later cut answers. Doing it again changes nothing.
 */
export async function parkPoison(
  deps: { pool: Pool; nats: Nats },
  compute: PoisonedCompute,
  poisons: readonly Poison[],
): Promise<void> {
  const { pipeline, type } = compute
  const events = poisons.map(({ seq, index, message }) => ({
    seq,
    index,
    message: `${code}: ${message}. The live view of ${pipeline} goes on without the event, and its window is partial until a batch version has counted it. Correct the expressions of ${pipeline}, or the producer.`,
  }))
  await parkEvents(deps, { type, code, events })
  await markWindows(deps.pool, compute, poisons)
}

async function markWindows(
  pool: Pool,
  { computeId, type, partition, windowSizeMs }: PoisonedCompute,
  poisons: readonly Poison[],
): Promise<void> {
  const byWindow = new Map<number, { from: number; to: number; message: string }>()
  for (const { seq, time, message } of poisons) {
    const start = Math.floor(time / windowSizeMs) * windowSizeMs
    const known = byWindow.get(start)
    byWindow.set(start, { from: known?.from ?? seq, to: seq, message: known?.message ?? message })
  }
  await inTransaction(pool, async (client) => {
    for (const [start, { from, to, message }] of byWindow)
      await client.query(
        `WITH known AS (
           UPDATE hole SET seq_from = least(seq_from, $4), seq_to = greatest(seq_to, $5)
            WHERE compute_id = $1 AND partition = $3 AND layer = 'speed' AND from_time = $6 AND to_time = $7
              AND starts_with(reason, $9) RETURNING id)
         INSERT INTO hole (compute_id, type, partition, seq_from, seq_to, from_time, to_time, layer, reason)
         SELECT $1, $2, $3, $4, $5, $6, $7, 'speed', $8 WHERE NOT EXISTS (SELECT 1 FROM known)`,
        [
          computeId,
          type,
          partition,
          from,
          to,
          start,
          start + windowSizeMs - 1,
          `${code}: ${message}; see the dead letters`,
          code,
        ],
      )
  })
}
