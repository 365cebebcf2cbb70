import type { Pool, PoolClient } from '../../clients'
import { uniqueKeyOf, type ChannelRecord, type Delivery, type DeliveryKind, type NewsBody } from './delivery'
import type { Attempted } from './retry-plan'

type Queryable = Pick<Pool | PoolClient, 'query'>

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`
const instant = (field: string) => `to_timestamp((r->>'${field}')::float8 / 1000)`

/** The same news twice is once. */
export async function queueDeliveries(client: Queryable, deliveries: readonly Delivery[]): Promise<void> {
  if (deliveries.length === 0) return
  const rows = deliveries.map((one) => ({ ...one, uniqueKey: uniqueKeyOf(one) }))
  await client.query(
    `INSERT INTO notification (channel_id, incident_id, kind, dedupe_key, unique_key, body, state, attempts, last_error,
                               next_at, created_at, sent_at)
     SELECT (r->>'channelId')::int, (r->>'incidentId')::int, r->>'kind', r->>'dedupeKey', r->>'uniqueKey', r->'body',
            r->>'state', (r->>'attempts')::int, r->>'lastError', ${instant('nextAt')}, ${instant('createdAt')}, ${instant('sentAt')}
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS e(r, place) ORDER BY place
     ON CONFLICT (unique_key) DO NOTHING`,
    [JSON.stringify(rows)],
  )
}

export interface Queued {
  id: number
  channelId: number
  incidentId: number | null
  kind: DeliveryKind
  dedupeKey: string
  uniqueKey: string
  body: NewsBody
  attempts: number
  createdAt: number
}

/**
 * What is due: of each channel and incident the oldest that is queued, so that news of an incident keep their order
 * and one that waits for its next attempt holds back what is behind it.
 */
export async function selectDue(db: Queryable, now: number, limit: number): Promise<Queued[]> {
  const { rows } = await db.query<Queued>({
    name: 'outbox-due',
    text: `SELECT * FROM (
             SELECT DISTINCT ON (n.channel_id, coalesce(n.incident_id::text, n.unique_key)) n.id,
                    n.channel_id AS "channelId", n.incident_id AS "incidentId", n.kind, n.dedupe_key AS "dedupeKey",
                    n.unique_key AS "uniqueKey", n.body, n.attempts, ${ms('n.created_at')} AS "createdAt", n.next_at
               FROM notification n WHERE n.state = 'queued'
              ORDER BY n.channel_id, coalesce(n.incident_id::text, n.unique_key), n.id) heads
            WHERE next_at <= to_timestamp($1::float8 / 1000) ORDER BY id LIMIT $2`,
    values: [now, limit],
  })
  return rows
}

export async function markAttempted(db: Queryable, id: number, attempted: Attempted): Promise<void> {
  const { state, attempts, lastError, nextAt, sentAt } = attempted
  await db.query({
    name: 'outbox-attempted',
    text: `WITH done AS (
             UPDATE notification SET state = $2, attempts = $3, last_error = $4, next_at = to_timestamp($5::float8 / 1000),
                    sent_at = to_timestamp($6::float8 / 1000)
              WHERE id = $1 AND state = 'queued' RETURNING channel_id)
           UPDATE channel SET last_sent = coalesce(to_timestamp($6::float8 / 1000), last_sent), last_error = $4
             FROM done WHERE channel.id = done.channel_id`,
    values: [id, state, attempts, lastError, nextAt, sentAt],
  })
}

const channelColumns = 'id, name, kind, settings, secret'

/** With secrets: for those who send. */
export async function selectChannels(db: Queryable): Promise<ChannelRecord[]> {
  const { rows } = await db.query<ChannelRecord>({
    name: 'channels-to-use',
    text: `SELECT ${channelColumns} FROM channel WHERE removed_at IS NULL ORDER BY id`,
  })
  return rows
}

/** Of channels that were removed nothing is sent any more. */
export async function failOrphans(db: Queryable, now: number): Promise<void> {
  await db.query({
    name: 'outbox-orphans',
    text: `UPDATE notification SET state = 'failed', last_error = 'The channel was removed.', next_at = to_timestamp($1::float8 / 1000)
            WHERE state = 'queued' AND NOT EXISTS (SELECT FROM channel c WHERE c.id = channel_id AND c.removed_at IS NULL)`,
    values: [now],
  })
}

/**
 * Alertmanager forgets what is not sent again: once a minute, for each incident it was told of that is not over. One
 * that still waits is not doubled.
 */
export async function queueHeartbeats(db: Queryable, now: number): Promise<void> {
  await db.query({
    name: 'outbox-heartbeats',
    text: `INSERT INTO notification (channel_id, incident_id, kind, dedupe_key, unique_key, body, next_at, created_at)
           SELECT c.id, i.id, 'heartbeat', n.dedupe_key, c.id || ':' || i.id || ':heartbeat:' || floor($1::float8 / 60000),
                  n.body || jsonb_build_object('kind', 'heartbeat', 'at', $1::float8), to_timestamp($1::float8 / 1000),
                  to_timestamp($1::float8 / 1000)
             FROM channel c JOIN incident i ON i.state <> 'resolved'
             JOIN LATERAL (SELECT dedupe_key, body - 'at' || jsonb_build_object('incident', (body->'incident') || '{"severityBefore": null}') AS body
                             FROM notification WHERE channel_id = c.id AND incident_id = i.id AND kind IN ('trigger', 'escalate', 'update')
                            ORDER BY id DESC LIMIT 1) n ON true
            WHERE c.kind = 'alertmanager' AND c.removed_at IS NULL
              AND NOT EXISTS (SELECT FROM notification q WHERE q.channel_id = c.id AND q.incident_id = i.id AND q.state = 'queued')
           ON CONFLICT (unique_key) DO NOTHING`,
    values: [now],
  })
}

/** What was sent is kept thirty days; of incidents that are not over, for as long as they last. Heartbeats an hour. */
export async function forgetNotifications(db: Queryable): Promise<void> {
  await db.query(
    `DELETE FROM notification n WHERE n.state <> 'queued' AND (
       (n.kind = 'heartbeat' AND n.created_at < now() - interval '1 hour') OR
       (n.created_at < now() - interval '30 days' AND NOT EXISTS (
          SELECT FROM incident i WHERE i.id = n.incident_id AND i.state <> 'resolved')))`,
  )
}
