import type { Pool, PoolClient } from './pool'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** What was saved under the key, as JSON; null: nothing yet. */
export async function readSetting<T>(db: Queryable, key: string): Promise<T | null> {
  const { rows } = await db.query<{ value: T }>({
    name: 'read-setting',
    text: 'SELECT value FROM setting WHERE key = $1',
    values: [key],
  })
  return rows[0]?.value ?? null
}

/** Anything that JSON can say; what was saved before is gone. */
export async function saveSetting(db: Queryable, key: string, value: unknown): Promise<void> {
  await db.query(
    'INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    [key, JSON.stringify(value)],
  )
}
