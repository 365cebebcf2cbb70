import { readSetting, saveSetting, type Pool, type PoolClient } from '../../clients'

type Db = Pick<Pool | PoolClient, 'query'>

const key = 'archiveId'

/** Null: no folder was ever made the archive of this database. */
export const selectArchiveId = (db: Db) => readSetting<string>(db, key)

/** Of those who come at once the others wait until the first has written its folder; false: there was one. */
export async function insertArchiveId(client: PoolClient, id: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING',
    [key, JSON.stringify(id)],
  )
  return rowCount === 1
}

export const saveArchiveId = (db: Db, id: string) => saveSetting(db, key, id)
