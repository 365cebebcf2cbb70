import type { Pool, PoolClient } from '../clients'

type Queryable = Pick<Pool | PoolClient, 'query'>

export type Layer = 'speed' | 'batch'

/** A reason for which a layer stands still. It is in force until it is ended, or until `until` has passed. */
export interface LayerPause {
  id: number
  pipeline: string
  layer: Layer
  reason: string
  actor: string
  since: number
  until: number | null
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`
const columns = `id, pipeline, layer, reason, actor, ${ms('created_at')} AS since, ${ms('until_at')} AS until`

/** By the database's clock, as leases are. */
const inForce = `ended_at IS NULL AND (until_at IS NULL OR until_at > clock_timestamp())`

export async function selectPauses(db: Queryable, pipelines: readonly string[]): Promise<LayerPause[]> {
  const { rows } = await db.query<LayerPause>({
    name: 'layer-pauses',
    text: `SELECT ${columns} FROM layer_pause WHERE pipeline = ANY($1::text[]) AND ${inForce} ORDER BY id`,
    values: [pipelines],
  })
  return rows
}

/** What is to stand still, and what made the product itself decide so; without a cause somebody did. */
export type NewPause = Pick<LayerPause, 'pipeline' | 'layer' | 'reason' | 'actor' | 'until'> & {
  cause?: string
  detail?: Record<string, unknown>
}

/** False: there is no such pipeline any more. */
export async function lockPipeline(client: PoolClient, pipeline: string): Promise<boolean> {
  const text = 'SELECT 1 FROM pipeline WHERE name = $1 AND deleted_at IS NULL FOR UPDATE'
  return (await client.query(text, [pipeline])).rowCount === 1
}

export async function isHeldFor(client: PoolClient, pipeline: string, cause: string): Promise<boolean> {
  const text = `SELECT 1 FROM layer_pause WHERE pipeline = $1 AND layer = 'speed' AND cause = $2 AND ${inForce} LIMIT 1`
  return (await client.query(text, [pipeline, cause])).rowCount === 1
}

export async function insertPause(client: PoolClient, pause: NewPause): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO layer_pause (pipeline, layer, reason, actor, until_at, cause, detail)
     VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), $6, $7) RETURNING id`,
    [
      pause.pipeline,
      pause.layer,
      pause.reason,
      pause.actor,
      pause.until,
      pause.cause ?? null,
      pause.detail === undefined ? null : JSON.stringify(pause.detail),
    ],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('INSERT … RETURNING gave no row')
  return id
}

export async function endPauses(
  client: PoolClient,
  ids: readonly number[],
  actor: string,
): Promise<LayerPause[]> {
  const { rows } = await client.query<LayerPause>(
    `UPDATE layer_pause SET ended_at = clock_timestamp(), ended_by = $2
      WHERE id = ANY($1::int[]) AND ${inForce} RETURNING ${columns}`,
    [ids, actor],
  )
  return rows
}

const holder = 'paused'
/** Stands for "until it is ended" in the lease's column. */
const never = `timestamptz '9999-12-31'`

/**
 * Puts the positions of a pipeline's computes as its pauses say: held by the pause, as a lease nobody else can take
 * before it is over, or free. The fence grows, so what a worker has folded and not committed is dropped, and is
 * folded again by whoever resumes. Locked in the order of every transaction over several positions.
 */
export async function holdOrFreePositions(client: PoolClient, pipeline: string): Promise<void> {
  await client.query(
    `SELECT 1 FROM speed_position WHERE compute_id IN (SELECT id FROM compute WHERE pipeline = $1)
      ORDER BY compute_id, partition FOR UPDATE`,
    [pipeline],
  )
  await client.query(
    `WITH pause AS (
       SELECT max(coalesce(until_at, ${never})) AS until FROM layer_pause
        WHERE pipeline = $1 AND layer = 'speed' AND ${inForce})
     UPDATE speed_position p
        SET owner = CASE WHEN pause.until IS NULL THEN NULL ELSE '${holder}' END, lease_until = pause.until,
            fence = p.fence + 1, updated_at = clock_timestamp()
       FROM pause
      WHERE p.compute_id IN (SELECT id FROM compute WHERE pipeline = $1)
        AND (pause.until IS NOT NULL OR p.owner = '${holder}')`,
    [pipeline],
  )
}
