import type { Pool, PoolClient } from '../../clients'

export interface ServedRow {
  name: string
  versionId: number
  computeId: number
  document: unknown
}

export async function selectServed(db: Pick<Pool | PoolClient, 'query'>): Promise<ServedRow[]> {
  const { rows } = await db.query<ServedRow>({
    name: 'measure-served',
    text: `SELECT p.name, v.id AS "versionId", v.compute_id AS "computeId", v.definition AS document
             FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id WHERE p.deleted_at IS NULL`,
  })
  return rows
}

export async function servedPipelineNames(db: Pick<Pool | PoolClient, 'query'>): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    'SELECT name FROM pipeline WHERE deleted_at IS NULL ORDER BY name',
  )
  return rows.map(({ name }) => name)
}
