import type { Pool, PoolClient } from '../clients'
import type { Role } from './principal'

export interface StoredSession {
  userId: string
  email: string
  role: Role
  lastSeenAt: number
  expiresAt: number
}

export async function findSession(pool: Pool, tokenHash: Buffer): Promise<StoredSession | null> {
  const { rows } = await pool.query<StoredSession>({
    name: 'auth-find-session',
    text: `SELECT u.id AS "userId", u.email, u.role,
                  (extract(epoch FROM s.last_seen_at) * 1000)::bigint AS "lastSeenAt",
                  (extract(epoch FROM s.expires_at) * 1000)::bigint AS "expiresAt"
             FROM session s JOIN user_account u ON u.id = s.user_id
            WHERE s.token_hash = $1 AND u.disabled_at IS NULL`,
    values: [tokenHash],
  })
  return rows[0] ?? null
}

export interface NewSession {
  tokenHash: Buffer
  userId: string
  now: number
  expiresAt: number
  address: string
  agent: string | null
}

export async function insertSession(client: PoolClient, session: NewSession): Promise<void> {
  await client.query(
    `INSERT INTO session (token_hash, user_id, created_at, last_seen_at, expires_at, address, agent)
     VALUES ($1, $2, to_timestamp($3::float8 / 1000), to_timestamp($3::float8 / 1000),
             to_timestamp($4::float8 / 1000), $5, $6)`,
    [session.tokenHash, session.userId, session.now, session.expiresAt, session.address, session.agent],
  )
}

export async function touchSession(pool: Pool, tokenHash: Buffer, now: number): Promise<void> {
  await pool.query(
    'UPDATE session SET last_seen_at = to_timestamp($2::float8 / 1000) WHERE token_hash = $1',
    [tokenHash, now],
  )
}

/** Whose it was; null when there was none. */
export async function deleteSession(
  client: PoolClient,
  tokenHash: Buffer,
): Promise<{ email: string } | null> {
  const { rows } = await client.query<{ email: string }>(
    `DELETE FROM session s USING user_account u
      WHERE u.id = s.user_id AND s.token_hash = $1 RETURNING u.email`,
    [tokenHash],
  )
  return rows[0] ?? null
}

export async function deleteSessionsBefore(
  client: PoolClient,
  { now, idleMs }: { now: number; idleMs: number },
): Promise<void> {
  await client.query(
    `DELETE FROM session WHERE expires_at <= to_timestamp($1::float8 / 1000)
        OR last_seen_at <= to_timestamp($2::float8 / 1000)`,
    [now, now - idleMs],
  )
}

export interface SessionRow {
  tokenHash: Buffer
  createdAt: number
  lastSeenAt: number
  expiresAt: number
  address: string | null
  agent: string | null
}

/** Sessions of a user that are alive, last used first. */
export async function selectSessions(
  pool: Pool,
  { userId, now, idleMs, limit }: { userId: string; now: number; idleMs: number; limit: number },
): Promise<SessionRow[]> {
  const { rows } = await pool.query<SessionRow>(
    `SELECT token_hash AS "tokenHash", (extract(epoch FROM created_at) * 1000)::bigint AS "createdAt",
            (extract(epoch FROM last_seen_at) * 1000)::bigint AS "lastSeenAt",
            (extract(epoch FROM expires_at) * 1000)::bigint AS "expiresAt", address, agent
       FROM session
      WHERE user_id = $1 AND expires_at > to_timestamp($2::float8 / 1000)
        AND last_seen_at > to_timestamp($3::float8 / 1000)
      ORDER BY last_seen_at DESC LIMIT $4`,
    [userId, now, now - idleMs, limit],
  )
  return rows
}

/** One of a user's sessions, by the start of its hash in hex; all of them without one. How many ended. */
export async function deleteSessionsOf(
  client: PoolClient,
  { userId, only = null, except = null }: { userId: string; only?: string | null; except?: Buffer | null },
): Promise<number> {
  const { rowCount } = await client.query(
    `DELETE FROM session WHERE user_id = $1
        AND ($2::text IS NULL OR starts_with(encode(token_hash, 'hex'), $2))
        AND ($3::bytea IS NULL OR token_hash <> $3)`,
    [userId, only, except],
  )
  return rowCount ?? 0
}
