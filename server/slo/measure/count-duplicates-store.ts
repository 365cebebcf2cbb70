import type { PoolClient } from '../../clients'

export interface Folded {
  computeId: number
  pipeline: string
  events: number
  duplicates: number
}

/** What the speed layer has read of what is served. */
export async function selectFolded(client: PoolClient): Promise<Folded[]> {
  const { rows } = await client.query<Folded>({
    name: 'measure-folded',
    text: `SELECT v.compute_id AS "computeId", p.name AS pipeline, coalesce(sum(s.events), 0)::bigint AS events,
                  coalesce(sum(s.duplicate), 0)::bigint AS duplicates
             FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id
             JOIN speed_position s ON s.compute_id = v.compute_id
            WHERE p.deleted_at IS NULL GROUP BY v.compute_id, p.name`,
  })
  return rows
}
