import type { Pool, PoolClient } from '../../clients'
import { ofType } from '../../slo'

type Queryable = Pick<Pool | PoolClient, 'query'>

export interface StoredPart {
  pipeline: string
  bytes: number
}

/** Files of the archive by event type; those replaced stay on disk until they are removed. */
export async function archivedBytes(db: Queryable): Promise<StoredPart[]> {
  const { rows } = await db.query<{ type: string; bytes: number }>(
    'SELECT type, sum(bytes)::bigint AS bytes FROM archive_segment GROUP BY type ORDER BY type',
  )
  return rows.map(({ type, bytes }) => ({ pipeline: ofType(type), bytes }))
}

/** Relations that grow with pipelines, and how many of their rows are whose. */
const owned: { relation: string; rows: string }[] = [
  {
    relation: 'version_cell',
    rows: `SELECT pipeline, sum(rows)::float8 AS weight FROM version WHERE state <> 'discarded' GROUP BY pipeline`,
  },
  {
    relation: 'speed_bucket',
    rows: `SELECT c.pipeline, s.weight FROM compute c JOIN (
             SELECT compute_id, count(*)::float8 AS weight FROM speed_bucket TABLESAMPLE SYSTEM ({share})
              GROUP BY compute_id) s ON s.compute_id = c.id`,
  },
  {
    relation: 'divergence_cell',
    rows: `SELECT c.pipeline, s.weight FROM compute c JOIN (
             SELECT compute_id, count(*)::float8 AS weight FROM divergence_cell TABLESAMPLE SYSTEM ({share})
              GROUP BY compute_id) s ON s.compute_id = c.id`,
  },
]
/** Above it a sample tells the proportions. */
const rowsCounted = 500_000

export interface OwnedRelation {
  relation: string
  bytes: number
  parts: { pipeline: string; weight: number }[]
}

/** The relations of the store with their size on disk, and in which proportion they are whose. */
export async function ownedRelations(db: Queryable): Promise<OwnedRelation[]> {
  const relations: OwnedRelation[] = []
  for (const { relation, rows } of owned) {
    const size = await db.query<{ bytes: number; tuples: number }>(
      `SELECT pg_total_relation_size(c.oid) AS bytes, c.reltuples::float8 AS tuples FROM pg_class c
        WHERE c.oid = to_regclass($1)`,
      [relation],
    )
    const { bytes = 0, tuples = 0 } = size.rows[0] ?? {}
    const share = tuples > rowsCounted ? (100 * rowsCounted) / tuples : 100
    const parts = await db.query<{ pipeline: string; weight: number }>(rows.replace('{share}', String(share)))
    const byPipeline = new Map<string, number>()
    for (const { pipeline, weight } of parts.rows)
      byPipeline.set(pipeline, (byPipeline.get(pipeline) ?? 0) + weight)
    relations.push({
      relation,
      bytes,
      parts: [...byPipeline].sort().map(([pipeline, weight]) => ({ pipeline, weight })),
    })
  }
  return relations
}

export async function databaseBytes(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ bytes: number }>('SELECT pg_database_size(current_database()) AS bytes')
  return rows[0]?.bytes ?? 0
}
