import type { Pool } from '../clients'
import { noteRefusal } from './access-book'
import { addressOf } from './address'
import { sessionToken } from './cookies'
import type { AuthDeps } from './deps'
import { roleOfScopes, scopes, scopesOfRole, type Principal } from './principal'
import { isSameSecret, secretHash } from './secret'
import { judgeSession, sessionTouchMs } from './session'
import { findSession, touchSession } from './session-store'
import { findToken, touchToken, type TokenView } from './token-store'

type CheckDeps = Omit<AuthDeps, 'trail'>

/**
 * Who sends a request: a bearer token where there is one, else the session cookie. A bad token is nobody, even
 * beside a good cookie. Asked anew for every request, so that a revoked token or session ends at once.
 */
export async function authenticate(deps: CheckDeps, headers: Headers): Promise<Principal | null> {
  const authorization = headers.get('authorization')
  if (authorization !== null) {
    const token = bearerOf(authorization)
    const principal = token === undefined ? null : await byToken(deps, token)
    if (principal === null) await noteBadToken(deps.pool, headers, token)
    return principal
  }
  const cookie = sessionToken(headers)
  return cookie === null ? null : bySession(deps, cookie)
}

/**
 * Whether what a request was signed in by still holds, as `authenticate` would find; asked of a stream that stays open.
 * It is no use of the session: an open page does not keep it alive.
 */
export async function stillHolds(deps: CheckDeps, headers: Headers): Promise<boolean> {
  const authorization = headers.get('authorization')
  if (authorization === null) {
    const cookie = sessionToken(headers)
    const session = cookie === null ? null : await findSession(deps.pool, secretHash(cookie))
    return session !== null && judgeSession(session, deps.clock.now()) !== 'expired'
  }
  const token = bearerOf(authorization)
  if (token === undefined) return false
  if (deps.apiToken !== null && isSameSecret(token, deps.apiToken)) return true
  return isInForce(await findToken(deps.pool, secretHash(token)), deps.clock.now())
}

/** What a request signs in by, as something to count by that tells nothing of it; null: by nothing. */
export function credentialOf(headers: Headers): string | null {
  const secret = headers.get('authorization') ?? sessionToken(headers)
  return secret === null ? null : secretHash(secret).toString('base64')
}

const bearerOf = (authorization: string): string | undefined =>
  /^bearer +(\S{1,512})$/i.exec(authorization.trim())?.[1]

const isInForce = (token: TokenView | null, now: number): token is TokenView =>
  token?.revokedAt === null && (token.expiresAt === null || token.expiresAt > now)

/** Names whose token it was, where it was one. */
async function noteBadToken(pool: Pool, headers: Headers, token: string | undefined): Promise<void> {
  const known = token === undefined ? null : await findToken(pool, secretHash(token))
  const why = known === null ? 'unknown' : known.revokedAt === null ? 'expired' : 'revoked'
  const principal = known?.name ?? null
  noteRefusal(pool, { kind: 'token', principal, address: addressOf(headers), detail: { why } })
}

async function byToken({ pool, clock, apiToken }: CheckDeps, secret: string): Promise<Principal | null> {
  if (apiToken !== null && isSameSecret(secret, apiToken)) {
    return {
      kind: 'token',
      id: 'bootstrap',
      name: 'token:bootstrap',
      role: 'admin',
      scopes: [...scopes],
      via: 'bearer',
    }
  }
  const token = await findToken(pool, secretHash(secret))
  const now = clock.now()
  if (!isInForce(token, now)) return null
  if (token.lastUsedAt === null || now - token.lastUsedAt >= sessionTouchMs)
    await touchToken(pool, token.id, now)
  return {
    kind: 'token',
    id: token.id,
    name: `token:${token.name}`,
    role: roleOfScopes(token.scopes),
    scopes: token.scopes,
    via: 'bearer',
  }
}

async function bySession({ pool, clock }: CheckDeps, token: string): Promise<Principal | null> {
  const tokenHash = secretHash(token)
  const session = await findSession(pool, tokenHash)
  if (!session) return null
  const now = clock.now()
  const verdict = judgeSession(session, now)
  if (verdict === 'expired') return null
  if (verdict === 'touch') await touchSession(pool, tokenHash, now)
  return {
    kind: 'user',
    id: session.userId,
    name: session.email,
    role: session.role,
    scopes: scopesOfRole(session.role),
    via: 'cookie',
  }
}
