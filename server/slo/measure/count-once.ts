import { inTransaction, type Pool, type PoolClient } from '../../clients'
import { addTallies } from './measurement-store'
import type { Tally } from './tally'

/** Source of what is counted from rows of other rooms: one for all processes, since each row is counted once. */
const source = 'rows'

/** Adds to what was counted from rows, in the transaction that also moves the mark. */
export const addCounted = (client: PoolClient, tally: Tally): Promise<void> =>
  addTallies(client, source, tally.take())

/**
 * Counts what is new since the mark and resolves to the new mark, which is written in the same transaction: a process
 * that dies, or two at once, count nothing twice.
 */
export function countOnce<Mark extends object>(
  pool: Pool,
  { key, start }: { key: string; start: Mark },
  count: (client: PoolClient, mark: Mark) => Promise<Mark>,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query('INSERT INTO setting (key, value) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING', [
      key,
      JSON.stringify(start),
    ])
    const { rows } = await client.query<{ value: Mark }>(
      'SELECT value FROM setting WHERE key = $1 FOR UPDATE',
      [key],
    )
    const known = rows[0]?.value ?? start
    const mark = await count(client, known)
    if (mark !== known)
      await client.query('UPDATE setting SET value = $2::jsonb WHERE key = $1', [key, JSON.stringify(mark)])
  })
}
