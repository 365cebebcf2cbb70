import type { Pool } from '../../clients'

/** Quarantines of a type with events of [from, to) that are not all back in the log. */
export async function selectKeeping(
  pool: Pool,
  { type, from, to }: { type: string; from: number; to: number },
): Promise<{ id: number; redrivenSeq: number }[]> {
  const { rows } = await pool.query<{ id: number; redrivenSeq: number }>({
    name: 'explain-keeping',
    text: `SELECT id, redriven_seq AS "redrivenSeq" FROM quarantine
            WHERE type = $1 AND redriven_at IS NULL AND events > 0 AND max_time >= $2 AND min_time < $3
            ORDER BY id`,
    values: [type, from, to],
  })
  return rows
}
