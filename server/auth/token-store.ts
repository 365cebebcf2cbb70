import type { Pool, PoolClient } from '../clients'
import type { Scope } from './principal'

export interface TokenView {
  id: string
  name: string
  /** First characters of the secret, to recognise it by. */
  prefix: string
  scopes: Scope[]
  createdBy: string
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
  /** To the minute; null: never. */
  lastUsedAt: number | null
}

const columns = `id, name, prefix, scopes, created_by AS "createdBy",
  (extract(epoch FROM created_at) * 1000)::bigint AS "createdAt",
  (extract(epoch FROM expires_at) * 1000)::bigint AS "expiresAt",
  (extract(epoch FROM revoked_at) * 1000)::bigint AS "revokedAt",
  (extract(epoch FROM last_used_at) * 1000)::bigint AS "lastUsedAt"`

export async function findToken(pool: Pool, tokenHash: Buffer): Promise<TokenView | null> {
  const { rows } = await pool.query<TokenView>({
    name: 'auth-find-token',
    text: `SELECT ${columns} FROM api_token WHERE token_hash = $1`,
    values: [tokenHash],
  })
  return rows[0] ?? null
}

export async function touchToken(pool: Pool, id: string, now: number): Promise<void> {
  await pool.query('UPDATE api_token SET last_used_at = to_timestamp($2::float8 / 1000) WHERE id = $1', [
    id,
    now,
  ])
}

export async function selectTokens(pool: Pool, limit: number): Promise<TokenView[]> {
  const { rows } = await pool.query<TokenView>(
    `SELECT ${columns} FROM api_token ORDER BY revoked_at NULLS FIRST, created_at DESC LIMIT $1`,
    [limit],
  )
  return rows
}

export interface NewToken {
  name: string
  prefix: string
  tokenHash: Buffer
  scopes: Scope[]
  createdBy: string
  expiresAt: number | null
}

export async function insertToken(client: PoolClient, token: NewToken): Promise<TokenView> {
  const { rows } = await client.query<TokenView>(
    `INSERT INTO api_token (name, prefix, token_hash, scopes, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000)) RETURNING ${columns}`,
    [token.name, token.prefix, token.tokenHash, token.scopes, token.createdBy, token.expiresAt],
  )
  const row = rows[0]
  if (!row) throw new Error('INSERT … RETURNING gave no row')
  return row
}

export async function markRevoked(client: PoolClient, id: string): Promise<TokenView | null> {
  const { rows } = await client.query<TokenView>(
    `UPDATE api_token SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING ${columns}`,
    [id],
  )
  return rows[0] ?? null
}
