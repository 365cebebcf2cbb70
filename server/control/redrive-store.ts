import type { Pool, PoolClient } from '../clients'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** A producer whose events were, or are, kept aside. */
export interface StoredQuarantine {
  id: number
  type: string
  source: string
  reason: string
  actor: string
  since: number
  releasedAt: number | null
  redrivenAt: number | null
  redrivenSeq: number
  /** Kept aside in all. */
  events: number
  minTime: number | null
  maxTime: number | null
  jobId: string | null
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`
const columns = `id, type, source, reason, actor, ${ms('created_at')} AS since, ${ms('released_at')} AS "releasedAt",
  ${ms('redriven_at')} AS "redrivenAt", redriven_seq AS "redrivenSeq", events, min_time AS "minTime",
  max_time AS "maxTime", job_id AS "jobId"`

export async function insertQuarantine(
  client: PoolClient,
  quarantine: Pick<StoredQuarantine, 'type' | 'source' | 'reason' | 'actor'>,
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    'INSERT INTO quarantine (type, source, reason, actor) VALUES ($1, $2, $3, $4) RETURNING id',
    [quarantine.type, quarantine.source, quarantine.reason, quarantine.actor],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('INSERT … RETURNING gave no row')
  return id
}

/** Producers of a type some of whose events are not in the log, oldest first. */
export async function selectQuarantined(db: Queryable, type: string): Promise<StoredQuarantine[]> {
  const { rows } = await db.query<StoredQuarantine>(
    `SELECT ${columns} FROM quarantine WHERE type = $1 AND redriven_at IS NULL ORDER BY id`,
    [type],
  )
  return rows
}

export async function findQuarantine(db: Queryable, id: number): Promise<StoredQuarantine | null> {
  const { rows } = await db.query<StoredQuarantine>(`SELECT ${columns} FROM quarantine WHERE id = $1`, [id])
  return rows[0] ?? null
}

/** From the commit on its new events flow. Waits for gateways that keep one right now, and sees what they kept. */
export async function markReleased(
  client: PoolClient,
  release: { id: number; actor: string; jobId: string },
): Promise<void> {
  await client.query(
    `UPDATE quarantine SET released_at = coalesce(released_at, clock_timestamp()),
            released_by = coalesce(released_by, $2), job_id = $3 WHERE id = $1`,
    [release.id, release.actor, release.jobId],
  )
}

export async function advanceRedrive(db: Queryable, id: number, seq: number): Promise<void> {
  await db.query('UPDATE quarantine SET redriven_seq = greatest(redriven_seq, $2::bigint) WHERE id = $1', [
    id,
    seq,
  ])
}

/** All that was kept is in the log and folded: its windows are whole again. */
export async function endRedrive(client: PoolClient, id: number): Promise<void> {
  await client.query(
    `WITH done AS (UPDATE quarantine SET redriven_at = clock_timestamp() WHERE id = $1 RETURNING hole_id)
     DELETE FROM hole WHERE id IN (SELECT hole_id FROM done)`,
    [id],
  )
}

/** Pipelines that read a type and have not folded the log up to `seq` yet. */
export async function pipelinesBehind(db: Queryable, type: string, seq: number): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT DISTINCT p.name FROM pipeline p
       JOIN pipeline_version v ON v.id IN (p.version_id, p.shadow_id) JOIN compute c ON c.id = v.compute_id
       JOIN speed_position s ON s.compute_id = c.id
      WHERE p.deleted_at IS NULL AND c.type = $1 AND s.seq < $2 ORDER BY 1`,
    [type, seq],
  )
  return rows.map(({ name }) => name)
}

/** Pipelines in force that read a type: a quarantine touches all of them. */
export async function pipelinesOfType(db: Queryable, type: string): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT p.name FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id JOIN compute c ON c.id = v.compute_id
      WHERE p.deleted_at IS NULL AND c.type = $1 ORDER BY 1`,
    [type],
  )
  return rows.map(({ name }) => name)
}

/** Unusable events of a type that came straight from NATS since an instant, by producer. */
export async function rejectedBySource(
  db: Queryable,
  type: string,
  since: number,
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ source: string; n: number }>(
    `SELECT source, count(*)::int AS n FROM dead_letter
      WHERE at >= to_timestamp($2::float8 / 1000) AND source IS NOT NULL
        AND (type = $1 OR starts_with(subject, 'events.' || $1 || '.') OR subject = 'events.' || $1)
      GROUP BY source`,
    [type, since],
  )
  return new Map(rows.map(({ source, n }) => [source, n]))
}
