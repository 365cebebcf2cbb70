import type { Pool } from '../../clients'

const dayMs = 86_400_000
const rowsAtOnce = 50_000

const kept = [
  { table: 'measurement_minute', column: 'minute', days: 14 },
  { table: 'sli_minute', column: 'minute', days: 35 },
  { table: 'sli_hour', column: 'hour', days: 400 },
] as const

/** Removes what is past retention. Resolves to rows deleted. */
export async function forgetMeasurements(pool: Pool, now: number): Promise<number> {
  let total = 0
  for (const { table, column, days } of kept)
    total += await removeAll(
      pool,
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM ${table} WHERE ${column} < $1 LIMIT ${rowsAtOnce}))`,
      now - days * dayMs,
    )
  return (
    total +
    (await removeAll(
      pool,
      `DELETE FROM access_event WHERE id IN (
         SELECT id FROM access_event WHERE at < to_timestamp($1::float8 / 1000) LIMIT ${rowsAtOnce})`,
      now - 35 * dayMs,
    ))
  )
}

async function removeAll(pool: Pool, text: string, before: number): Promise<number> {
  let total = 0
  for (;;) {
    const { rowCount } = await pool.query(text, [before])
    total += rowCount ?? 0
    if ((rowCount ?? 0) < rowsAtOnce) return total
  }
}
