import type { Pool, PoolClient } from '../../clients'
import type { ObjectiveSpec, ObjectiveState, ObjectiveView } from '../model'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** As it is stored: what an OpenSLO document said beyond the spec is kept with it. */
export type StoredSpec = ObjectiveSpec & { openslo?: { documents: string[]; index: number } }

export interface StoredObjective {
  id: string
  pipeline: string | null
  source: ObjectiveView['source']
  version: number
  spec: StoredSpec
  removedAt: number | null
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`
const columns = `o.id, o.pipeline, o.source, o.version, o.spec, ${ms('o.removed_at')} AS "removedAt"`

/** Changes of objectives are made one at a time: rare, and it keeps composites whole and versions in order. */
export async function lockObjectives(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('parallax objectives of record', 0))`)
}

export async function selectObjectives(db: Queryable): Promise<StoredObjective[]> {
  const { rows } = await db.query<StoredObjective>({
    name: 'objectives',
    text: `SELECT ${columns} FROM objective o WHERE o.removed_at IS NULL ORDER BY o.id`,
  })
  return rows
}

/** Removed ones included. */
export async function findObjective(db: Queryable, id: string): Promise<StoredObjective | null> {
  const { rows } = await db.query<StoredObjective>({
    name: 'objective',
    text: `SELECT ${columns} FROM objective o WHERE o.id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}

export async function selectStates(
  db: Queryable,
  ids: readonly string[] | null,
): Promise<Map<string, ObjectiveState>> {
  const { rows } = await db.query<{ id: string; state: ObjectiveState }>({
    name: 'objective-states',
    text: `SELECT objective_id AS id, state FROM objective_state WHERE $1::text[] IS NULL OR objective_id = ANY($1)`,
    values: [ids],
  })
  return new Map(rows.map((row) => [row.id, row.state]))
}

export interface NewVersion {
  spec: StoredSpec
  pipeline: string | null
  source: ObjectiveView['source']
  actor: string
  reason: string | null
}

/** Puts a spec in force as the objective's next version; one that was removed comes back. */
export async function putObjective(client: PoolClient, input: NewVersion): Promise<number> {
  const { spec, pipeline, source, actor, reason } = input
  const text = JSON.stringify(spec)
  const { rows } = await client.query<{ version: number }>(
    `WITH put AS (
       INSERT INTO objective (id, pipeline, source, version, spec)
       SELECT $1, $2, $3, coalesce(max(version), 0) + 1, $4::jsonb FROM objective_version WHERE objective_id = $1
       ON CONFLICT (id) DO UPDATE SET pipeline = excluded.pipeline, source = excluded.source,
              version = excluded.version, spec = excluded.spec, changed_at = now(), removed_at = NULL
       RETURNING version)
     INSERT INTO objective_version (objective_id, version, spec, created_by, reason)
     SELECT $1, version, $4::jsonb, $5, $6 FROM put RETURNING version`,
    [spec.id, pipeline, source, text, actor, reason],
  )
  return rows[0]?.version ?? 0
}

/** Its versions stay; its figures go with it, so that no screen shows what nobody measures any more. */
export async function markRemoved(client: PoolClient, ids: readonly string[]): Promise<void> {
  await client.query('UPDATE objective SET removed_at = now(), changed_at = now() WHERE id = ANY($1)', [ids])
  await client.query('DELETE FROM objective_state WHERE objective_id = ANY($1)', [ids])
}

export interface StoredVersion {
  version: number
  at: number
  by: string
  reason: string | null
}

export async function selectObjectiveVersions(
  db: Queryable,
  id: string,
  limit: number,
): Promise<StoredVersion[]> {
  const { rows } = await db.query<StoredVersion>(
    `SELECT version, ${ms('created_at')} AS at, created_by AS by, reason
       FROM objective_version WHERE objective_id = $1 ORDER BY version DESC LIMIT $2`,
    [id, limit],
  )
  return rows
}

/** What the last round found, whole: the figure that every reader shows. */
export async function putStates(db: Queryable, states: readonly ObjectiveState[]): Promise<void> {
  await db.query({
    name: 'objective-states-put',
    text: `INSERT INTO objective_state (objective_id, at, status, budget_left, state)
           SELECT s->>'id', to_timestamp((s->>'at')::float8 / 1000), s->>'status', (s->'now'->>'budgetLeft')::float8, s
             FROM jsonb_array_elements($1::jsonb) s
            WHERE EXISTS (SELECT FROM objective o WHERE o.id = s->>'id' AND o.removed_at IS NULL)
           ON CONFLICT (objective_id) DO UPDATE SET at = excluded.at, status = excluded.status,
                  budget_left = excluded.budget_left, state = excluded.state`,
    values: [JSON.stringify(states)],
  })
}
