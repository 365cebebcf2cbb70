import type { Pool } from '../clients'
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

export async function insertSession(
  pool: Pool,
  session: { tokenHash: Buffer; userId: string; now: number; expiresAt: number },
): Promise<void> {
  await pool.query(
    `INSERT INTO session (token_hash, user_id, created_at, last_seen_at, expires_at)
     VALUES ($1, $2, to_timestamp($3::float8 / 1000), to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000))`,
    [session.tokenHash, session.userId, session.now, session.expiresAt],
  )
}

export async function touchSession(pool: Pool, tokenHash: Buffer, now: number): Promise<void> {
  await pool.query(
    'UPDATE session SET last_seen_at = to_timestamp($2::float8 / 1000) WHERE token_hash = $1',
    [tokenHash, now],
  )
}

export async function deleteSession(pool: Pool, tokenHash: Buffer): Promise<void> {
  await pool.query('DELETE FROM session WHERE token_hash = $1', [tokenHash])
}

export async function deleteSessionsBefore(
  pool: Pool,
  { now, idleMs }: { now: number; idleMs: number },
): Promise<void> {
  await pool.query(
    `DELETE FROM session WHERE expires_at <= to_timestamp($1::float8 / 1000)
        OR last_seen_at <= to_timestamp($2::float8 / 1000)`,
    [now, now - idleMs],
  )
}
