import type { Pool } from '../clients'

/** Keys that the speed view holds of a window, in any epoch and partition; counted no further than `atMost`. */
export async function countWindowKeys(
  pool: Pool,
  window: { computeId: number; windowStart: number; atMost: number },
): Promise<number> {
  const { rows } = await pool.query<{ keys: number }>({
    name: 'speed-window-keys',
    text: `SELECT count(*)::int AS keys
             FROM (SELECT DISTINCT key FROM speed_bucket WHERE compute_id = $1 AND window_start = $2 LIMIT $3) k`,
    values: [window.computeId, window.windowStart, window.atMost],
  })
  return rows[0]?.keys ?? 0
}
