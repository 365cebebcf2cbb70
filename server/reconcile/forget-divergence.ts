import type { Pool } from '../clients'
import type { Instant } from '../pipeline'

interface ForgetRequest {
  computeId: number
  /** Windows that start before are past retention. */
  before: Instant
  now: Instant
}

/** As long as the corrections stream keeps them: a consumer that is further behind reads the values anew. */
const correctionsKeptMs = 30 * 86_400_000
const rowsAtOnce = 50_000

/**
 * Removes what nothing reads any more: changes of versions that can no longer be published, differences of windows
 * past retention, and corrections that were sent and that the stream has dropped by now. Resolves to rows deleted.
 */
export async function forgetDivergence(pool: Pool, request: ForgetRequest): Promise<number> {
  const { computeId, before, now } = request
  let total = 0
  for (const statement of statements) {
    for (;;) {
      const { rowCount } = await pool.query(statement.text, statement.values(computeId, before, now))
      total += rowCount ?? 0
      if ((rowCount ?? 0) < rowsAtOnce) break
    }
  }
  return total
}

const statements: {
  text: string
  values: (computeId: number, before: Instant, now: Instant) => number[]
}[] = [
  {
    text: `DELETE FROM cell_change WHERE ctid = ANY (ARRAY(
             SELECT c.ctid FROM version v JOIN cell_change c ON c.version_id = v.id
              WHERE v.compute_id = $1 AND v.state IN ('published', 'discarded') LIMIT ${rowsAtOnce}))`,
    values: (computeId) => [computeId],
  },
  {
    text: `DELETE FROM divergence_cell WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM divergence_cell WHERE compute_id = $1 AND window_start < $2 LIMIT ${rowsAtOnce}))`,
    values: (computeId, before) => [computeId, before],
  },
  {
    text: `DELETE FROM divergence_cell WHERE ctid = ANY (ARRAY(
             SELECT d.ctid FROM version v JOIN divergence_cell d ON d.version_id = v.id
              WHERE v.compute_id = $1 AND v.state = 'discarded' AND v.published_at IS NULL LIMIT ${rowsAtOnce}))`,
    values: (computeId) => [computeId],
  },
  {
    text: `DELETE FROM correction WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM correction WHERE compute_id = $1 AND published_seq IS NOT NULL
                AND created_at < to_timestamp($2::float8 / 1000) LIMIT ${rowsAtOnce}))`,
    values: (computeId, _before, now) => [computeId, now - correctionsKeptMs],
  },
]
