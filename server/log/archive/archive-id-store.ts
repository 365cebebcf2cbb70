import type { Pool, PoolClient } from '../../clients'

type Db = Pick<Pool | PoolClient, 'query'>

const key = 'archiveId'

/** Null: no folder was ever made the archive of this database. */
export async function selectArchiveId(db: Db): Promise<string | null> {
  const { rows } = await db.query<{ value: string }>('SELECT value FROM setting WHERE key = $1', [key])
  return rows[0]?.value ?? null
}

/** Of those who come at once the others wait until the first has written its folder; false: there was one. */
export async function insertArchiveId(client: PoolClient, id: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING',
    [key, JSON.stringify(id)],
  )
  return rowCount === 1
}

export async function saveArchiveId(db: Db, id: string): Promise<void> {
  await db.query(
    `INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [key, JSON.stringify(id)],
  )
}
