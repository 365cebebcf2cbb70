import type { Pool } from '../clients'
import { noteRefusal } from './access-book'
import { addressOf } from './address'
import { sessionToken } from './cookies'
import type { AuthDeps } from './deps'
import { roleOfScopes, scopes, scopesOfRole, type Principal } from './principal'
import { isSameSecret, secretHash } from './secret'
import { judgeSession, sessionTouchMs } from './session'
import { findSession, touchSession } from './session-store'
import { findToken, touchToken } from './token-store'

type CheckDeps = Omit<AuthDeps, 'trail'>

/**
 * Who sends a request: a bearer token where there is one, else the session cookie. A bad token is nobody, even
 * beside a good cookie. Asked anew for every request, so that a revoked token or session ends at once.
 */
export async function authenticate(deps: CheckDeps, headers: Headers): Promise<Principal | null> {
  const authorization = headers.get('authorization')
  if (authorization !== null) {
    const token = /^bearer +(\S{1,512})$/i.exec(authorization.trim())?.[1]
    const principal = token === undefined ? null : await byToken(deps, token)
    if (principal === null) await noteBadToken(deps.pool, headers, token)
    return principal
  }
  const cookie = sessionToken(headers)
  return cookie === null ? null : bySession(deps, cookie)
}

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
  if (token?.revokedAt !== null) return null
  const now = clock.now()
  if (token.expiresAt !== null && token.expiresAt <= now) return null
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
