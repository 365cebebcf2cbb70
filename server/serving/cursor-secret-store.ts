import { randomBytes } from 'node:crypto'
import type { Pool } from '../clients'

const settingKey = 'cursorSecret'
const known = new WeakMap<Pool, Promise<string>>()

/** The secret all web processes of an installation sign cursors with; made on first use. */
export function cursorSecret(pool: Pool): Promise<string> {
  const cached = known.get(pool)
  if (cached !== undefined) return cached
  const secret = readOrMake(pool)
  known.set(pool, secret)
  secret.catch(() => known.delete(pool))
  return secret
}

async function readOrMake(pool: Pool): Promise<string> {
  await pool.query(
    `INSERT INTO setting (key, value) VALUES ($1, to_jsonb($2::text)) ON CONFLICT (key) DO NOTHING`,
    [settingKey, randomBytes(32).toString('base64')],
  )
  const { rows } = await pool.query<{ value: string }>(`SELECT value FROM setting WHERE key = $1`, [
    settingKey,
  ])
  const value = rows[0]?.value
  if (value === undefined) throw new Error('the cursor secret could not be stored')
  return value
}
