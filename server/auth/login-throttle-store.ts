import type { Pool } from '../clients'
import type { ThrottleRule } from './login-throttle'

export interface CountedFailure extends ThrottleRule {
  key: Buffer
}

export async function longestWaitMs(pool: Pool, keys: Buffer[], now: number): Promise<number> {
  const { rows } = await pool.query<{ waitMs: number | null }>({
    name: 'auth-throttle-wait',
    text: `SELECT ceil(extract(epoch FROM max(blocked_until)) * 1000 - $2)::float8 AS "waitMs"
             FROM sign_in_failure WHERE key = ANY ($1::bytea[])`,
    values: [keys, now],
  })
  return Math.max(0, rows[0]?.waitMs ?? 0)
}

/** Counts one more failure for each key; those before `forgetBefore` count no longer. In key order: no deadlock. */
export async function insertFailures(
  pool: Pool,
  counted: readonly CountedFailure[],
  { now, forgetBefore }: { now: number; forgetBefore: number },
): Promise<void> {
  await pool.query(
    `INSERT INTO sign_in_failure AS f (key, failures, blocked_until, last_at)
     SELECT key, 1, to_timestamp($5::float8 / 1000), to_timestamp($5::float8 / 1000)
       FROM unnest($1::bytea[]) AS key ORDER BY key
     ON CONFLICT (key) DO UPDATE SET (failures, blocked_until, last_at) = (
       SELECT n, to_timestamp(($5::float8
                + CASE WHEN n < free THEN 0
                       ELSE least(max_ms, base_ms * power(2, least(n - free, 40))) END) / 1000),
              greatest(f.last_at, excluded.last_at)
         FROM unnest($1::bytea[], $2::float8[], $3::float8[], $4::float8[]) AS r (key, free, base_ms, max_ms),
              LATERAL (SELECT CASE WHEN f.last_at < to_timestamp($6::float8 / 1000) THEN 1
                                   ELSE f.failures + 1 END AS n) AS counted
        WHERE r.key = excluded.key)`,
    [
      counted.map(({ key }) => key),
      counted.map(({ free }) => free),
      counted.map(({ baseMs }) => baseMs),
      counted.map(({ maxMs }) => maxMs),
      now,
      forgetBefore,
    ],
  )
}

export async function deleteFailures(pool: Pool, keys: Buffer[]): Promise<void> {
  await pool.query('DELETE FROM sign_in_failure WHERE key = ANY ($1::bytea[])', [keys])
}

/** Forgets what is past, and the oldest beyond `keep`. */
export async function trimFailures(
  pool: Pool,
  { forgetBefore, keep }: { forgetBefore: number; keep: number },
): Promise<void> {
  await pool.query(
    `DELETE FROM sign_in_failure
      WHERE last_at < greatest(to_timestamp($1::float8 / 1000),
                               (SELECT last_at FROM sign_in_failure ORDER BY last_at DESC OFFSET $2 LIMIT 1))`,
    [forgetBefore, keep],
  )
}
