import type { Pool, PoolClient } from '../clients'
import { probePipeline } from '../slo'
import { advisoryLocks } from './advisory-locks'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** A pipeline with its definition in force. `document` is the definition as it is exported. */
export interface StoredPipeline {
  name: string
  versionId: number
  version: number
  document: unknown
  computeId: number
  publication: number
  partitions: number
  createdAt: number
  changedAt: number
  deletedAt: number | null
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`

const selectBy = (version: 'version_id' | 'shadow_id') => `
  SELECT p.name, v.id AS "versionId", v.version, v.definition AS document, c.id AS "computeId", c.publication,
         c.partitions, ${ms('p.created_at')} AS "createdAt", ${ms('v.created_at')} AS "changedAt",
         ${ms('p.deleted_at')} AS "deletedAt"
    FROM pipeline p JOIN pipeline_version v ON v.id = p.${version} JOIN compute c ON c.id = v.compute_id`

const selectPipeline = selectBy('version_id')

/** Definitions are applied one at a time: rare, and it keeps version numbers and names simple. */
export async function lockDefinitions(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.applyDefinition])
}

/** Tombstones included. */
export async function findPipeline(db: Queryable, name: string): Promise<StoredPipeline | null> {
  const { rows } = await db.query<StoredPipeline>({
    name: 'pipeline-find',
    text: `${selectPipeline} WHERE p.name = $1`,
    values: [name],
  })
  return rows[0] ?? null
}

/** Without the product's own probe. */
export async function selectPipelines(db: Queryable, limit: number): Promise<StoredPipeline[]> {
  const { rows } = await db.query<StoredPipeline>({
    name: 'pipeline-list',
    text: `${selectPipeline} WHERE p.deleted_at IS NULL AND p.name <> '${probePipeline}' ORDER BY p.name LIMIT $1`,
    values: [limit],
  })
  return rows
}

/** Of pipelines that have one, the definition that is computed in the shadow: nobody is served from it. */
export async function selectShadows(
  db: Queryable,
  pipelines: readonly string[],
): Promise<Map<string, StoredPipeline>> {
  const { rows } = await db.query<StoredPipeline>({
    name: 'pipeline-shadows',
    text: `${selectBy('shadow_id')} WHERE p.deleted_at IS NULL AND p.name = ANY($1::text[])`,
    values: [pipelines],
  })
  return new Map(rows.map((row) => [row.name, row]))
}

/** Everything that both layers compute: what is served, and its shadows. */
export async function selectComputed(db: Queryable, limit: number): Promise<StoredPipeline[]> {
  const served = await selectPipelines(db, limit)
  const probe = await findPipeline(db, probePipeline)
  const shadows = await selectShadows(
    db,
    served.map(({ name }) => name),
  )
  return [...served, ...shadows.values(), ...(probe?.deletedAt === null ? [probe] : [])]
}

export async function countPipelines(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*) AS n FROM pipeline WHERE deleted_at IS NULL AND name <> '${probePipeline}'`,
  )
  return rows[0]?.n ?? 0
}

/** The compute of a hash, made with its position rows when it is new. */
export async function ensureCompute(
  client: PoolClient,
  compute: { pipeline: string; hash: string; type: string; partitions: number },
): Promise<number> {
  await client.query(
    `INSERT INTO compute (pipeline, hash, type, partitions) VALUES ($1, $2, $3, $4)
     ON CONFLICT (pipeline, hash) DO NOTHING`,
    [compute.pipeline, compute.hash, compute.type, compute.partitions],
  )
  const { rows } = await client.query<{ id: number }>(
    'SELECT id FROM compute WHERE pipeline = $1 AND hash = $2',
    [compute.pipeline, compute.hash],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('the compute row just written is not there')
  await client.query(
    `INSERT INTO speed_position (compute_id, partition)
     SELECT c.id, generate_series(0, c.partitions - 1) FROM compute c WHERE c.id = $1 ON CONFLICT DO NOTHING`,
    [id],
  )
  return id
}

export interface NewPipelineVersion {
  pipeline: string
  document: unknown
  computeId: number
  actor: string
  reason: string | null
}

/** Writes the next version and puts it in force; a deleted pipeline of that name comes back. */
export async function putVersion(client: PoolClient, input: NewPipelineVersion): Promise<number> {
  const { id, version } = await insertVersion(client, input)
  await client.query(
    `INSERT INTO pipeline (name, version_id) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET version_id = excluded.version_id, deleted_at = NULL`,
    [input.pipeline, id],
  )
  return version
}

/** Writes the next version and has it computed in the shadow, instead of one that was. */
export async function putShadow(client: PoolClient, input: NewPipelineVersion): Promise<number> {
  const { id, version } = await insertVersion(client, input)
  await client.query('UPDATE pipeline SET shadow_id = $2 WHERE name = $1', [input.pipeline, id])
  return version
}

/** What was computed in the shadow is served from now on. */
export async function promoteShadow(client: PoolClient, name: string): Promise<void> {
  await client.query(
    'UPDATE pipeline SET version_id = shadow_id, shadow_id = NULL WHERE name = $1 AND shadow_id IS NOT NULL',
    [name],
  )
}

export async function dropShadow(client: PoolClient, name: string): Promise<void> {
  await client.query('UPDATE pipeline SET shadow_id = NULL WHERE name = $1', [name])
}

async function insertVersion(
  client: PoolClient,
  input: NewPipelineVersion,
): Promise<{ id: number; version: number }> {
  const { rows } = await client.query<{ id: number; version: number }>(
    `INSERT INTO pipeline_version (pipeline, version, definition, compute_id, created_by, reason)
     SELECT $1, coalesce(max(version), 0) + 1, $2::jsonb, $3, $4, $5 FROM pipeline_version WHERE pipeline = $1
     RETURNING id, version`,
    [input.pipeline, JSON.stringify(input.document), input.computeId, input.actor, input.reason],
  )
  const row = rows[0]
  if (!row) throw new Error('INSERT … RETURNING gave no row')
  return row
}

export async function markDeleted(client: PoolClient, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE pipeline SET deleted_at = now(), shadow_id = NULL WHERE name = $1 AND deleted_at IS NULL',
    [name],
  )
  return rowCount === 1
}

export interface StoredPipelineVersion {
  version: number
  createdAt: number
  createdBy: string
  reason: string | null
  document: unknown
}

export async function selectVersions(
  db: Queryable,
  name: string,
  limit: number,
): Promise<StoredPipelineVersion[]> {
  const { rows } = await db.query<StoredPipelineVersion>(
    `SELECT version, ${ms('created_at')} AS "createdAt", created_by AS "createdBy", reason, definition AS document
       FROM pipeline_version WHERE pipeline = $1 ORDER BY version DESC LIMIT $2`,
    [name, limit],
  )
  return rows
}
