import type { Pool, PoolClient } from '../../clients'
import type { ChannelKind, ChannelView } from '../model'
import type { ChannelRecord } from './delivery'

type Queryable = Pick<Pool | PoolClient, 'query'>

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`

/** Without secrets. */
export async function selectChannelViews(db: Queryable): Promise<ChannelView[]> {
  const { rows } = await db.query<ChannelView>({
    name: 'channel-views',
    text: `SELECT id, name, kind, settings, secret IS NOT NULL AS "hasSecret", ${ms('last_sent', 'lastSent')},
                  last_error AS "lastError",
                  (SELECT count(*)::int FROM notification n WHERE n.channel_id = c.id AND n.state = 'queued') AS queued
             FROM channel c WHERE removed_at IS NULL ORDER BY name, id`,
  })
  return rows
}

export async function findChannel(db: Queryable, id: number): Promise<ChannelRecord | null> {
  const { rows } = await db.query<ChannelRecord>(
    'SELECT id, name, kind, settings, secret FROM channel WHERE id = $1 AND removed_at IS NULL',
    [id],
  )
  return rows[0] ?? null
}

/** Names are what routes know channels by: changes of channels are made one at a time. */
export async function lockChannels(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('parallax channels', 0))`)
}

interface StoredChannel {
  name: string
  kind: ChannelKind
  settings: Record<string, unknown>
  secret: string | null
}

export async function insertChannel(
  client: PoolClient,
  channel: StoredChannel & { actor: string },
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    'INSERT INTO channel (name, kind, settings, secret, created_by) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    [channel.name, channel.kind, JSON.stringify(channel.settings), channel.secret, channel.actor],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('INSERT … RETURNING gave no row')
  return id
}

export async function updateChannel(
  client: PoolClient,
  id: number,
  channel: Omit<StoredChannel, 'kind'>,
): Promise<void> {
  await client.query(
    'UPDATE channel SET name = $2, settings = $3, secret = $4, last_error = NULL WHERE id = $1',
    [id, channel.name, JSON.stringify(channel.settings), channel.secret],
  )
}

/** The secret goes with it. */
export async function removeChannelRow(client: PoolClient, id: number): Promise<void> {
  await client.query('UPDATE channel SET removed_at = clock_timestamp(), secret = NULL WHERE id = $1', [id])
}

export async function markTested(db: Queryable, id: number, error: string | null): Promise<void> {
  await db.query(
    `UPDATE channel SET last_error = $2, last_sent = CASE WHEN $2::text IS NULL THEN clock_timestamp() ELSE last_sent END
      WHERE id = $1`,
    [id, error],
  )
}
