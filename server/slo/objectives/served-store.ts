import type { Pool, PoolClient } from '../../clients'
import { probePipeline } from '../probe/probe-pipeline'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** A pipeline that is served, with the document in force. */
export interface ServedPipeline {
  name: string
  versionId: number
  document: unknown
}

export async function servedPipelines(db: Queryable): Promise<ServedPipeline[]> {
  const { rows } = await db.query<ServedPipeline>({
    name: 'objectives-served',
    text: `SELECT p.name, v.id AS "versionId", v.definition AS document
             FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id
            WHERE p.deleted_at IS NULL AND p.name <> '${probePipeline}' ORDER BY p.name`,
  })
  return rows
}
