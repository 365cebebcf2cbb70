import type { Pool, PoolClient } from '../clients'
import type { Role } from './principal'

export interface UserView {
  id: string
  email: string
  role: Role
  createdAt: number
  disabled: boolean
}

const columns = `id, email, role, (extract(epoch FROM created_at) * 1000)::bigint AS "createdAt",
                 disabled_at IS NOT NULL AS disabled`

type Queryable = Pool | PoolClient

export async function findCredentials(
  pool: Pool,
  email: string,
): Promise<{ id: string; email: string; role: Role; passwordHash: string } | null> {
  const { rows } = await pool.query<{ id: string; email: string; role: Role; passwordHash: string }>(
    `SELECT id, email, role, password_hash AS "passwordHash"
       FROM user_account WHERE email = $1 AND disabled_at IS NULL`,
    [email],
  )
  return rows[0] ?? null
}

export interface UserListItem extends UserView {
  /** Sessions that are alive. */
  sessions: number
  lastSeenAt: number | null
}

export async function selectUsers(
  pool: Pool,
  { now, idleMs, limit }: { now: number; idleMs: number; limit: number },
): Promise<UserListItem[]> {
  const { rows } = await pool.query<UserListItem>(
    `SELECT ${columns}, alive.sessions, alive."lastSeenAt"
       FROM user_account u CROSS JOIN LATERAL (
              SELECT count(*) AS sessions, (extract(epoch FROM max(last_seen_at)) * 1000)::bigint AS "lastSeenAt"
                FROM session s
               WHERE s.user_id = u.id AND s.expires_at > to_timestamp($1::float8 / 1000)
                 AND s.last_seen_at > to_timestamp($2::float8 / 1000)) alive
      ORDER BY email LIMIT $3`,
    [now, now - idleMs, limit],
  )
  return rows
}

export async function hasUsers(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query('SELECT 1 FROM user_account LIMIT 1')
  return rows.length > 0
}

export async function lockUser(client: PoolClient, id: string): Promise<UserView | null> {
  const { rows } = await client.query<UserView>(
    `SELECT ${columns} FROM user_account WHERE id = $1 FOR UPDATE`,
    [id],
  )
  return rows[0] ?? null
}

export async function writePassword(
  client: PoolClient,
  { id, passwordHash }: { id: string; passwordHash: string },
): Promise<void> {
  await client.query('UPDATE user_account SET password_hash = $2 WHERE id = $1', [id, passwordHash])
}

/** Null when the address is taken. */
export async function insertUser(
  client: Queryable,
  user: { email: string; passwordHash: string; role: Role },
): Promise<UserView | null> {
  const { rows } = await client.query<UserView>(
    `INSERT INTO user_account (email, password_hash, role) VALUES ($1, $2, $3)
     ON CONFLICT (email) DO NOTHING RETURNING ${columns}`,
    [user.email, user.passwordHash, user.role],
  )
  return rows[0] ?? null
}

export interface UserChange {
  id: string
  role?: Role | undefined
  disabled?: boolean | undefined
  passwordHash?: string | undefined
}

/** Ends the user's sessions too: a changed role or password holds at once. */
export async function changeUser(client: PoolClient, change: UserChange): Promise<UserView | null> {
  const { rows } = await client.query<UserView>(
    `UPDATE user_account
        SET role = coalesce($2, role),
            disabled_at = CASE WHEN $3::boolean IS NULL THEN disabled_at WHEN $3 THEN coalesce(disabled_at, now()) END,
            password_hash = coalesce($4, password_hash)
      WHERE id = $1 RETURNING ${columns}`,
    [change.id, change.role ?? null, change.disabled ?? null, change.passwordHash ?? null],
  )
  await client.query('DELETE FROM session WHERE user_id = $1', [change.id])
  return rows[0] ?? null
}

/** Locks them, so that two administrators cannot demote each other at once. */
export async function lockActiveAdmins(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM user_account WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR UPDATE`,
  )
  return rows.map((row) => row.id)
}
