import type { Pool } from '../clients'
import { AppError } from '../platform'
import type { AuthDeps } from './deps'
import { LoginThrottle } from './login-throttle'
import { checkPassword } from './password'
import { scopesOfRole, type Principal, type Role } from './principal'
import { newSecret, secretHash } from './secret'
import { sessionAbsoluteMs, sessionIdleMs } from './session'
import { deleteSession, deleteSessionsBefore, insertSession } from './session-store'
import { findCredentials } from './user-store'
import { normalEmail } from './users'

const throttles = new WeakMap<Pool, LoginThrottle>()

function throttleOf(pool: Pool): LoginThrottle {
  const throttle = throttles.get(pool) ?? new LoginThrottle()
  throttles.set(pool, throttle)
  return throttle
}

interface Attempt {
  email: string
  password: string
  /** Where the attempt comes from, as far as known. */
  address: string
}

/** A fresh session for the right password. A wrong one and an unknown account answer alike, in the same time. */
export async function signIn(
  { pool, clock }: AuthDeps,
  { email, password, address }: Attempt,
): Promise<{ token: string; principal: Principal & { role: Role } }> {
  const account = normalEmail(email)
  const throttle = throttleOf(pool)
  const waitMs = throttle.waitMs(account, address, clock.now())
  if (waitMs > 0) {
    const retryAfterS = Math.ceil(waitMs / 1000)
    throw new AppError('too_many_requests', `Too many failed sign-ins. Try again in ${retryAfterS} s.`, {
      retryAfterS,
    })
  }
  // Postgres has no text with NUL: such an account cannot exist.
  const user = account.includes('\0') ? null : await findCredentials(pool, account)
  const isRight = await checkPassword(user?.passwordHash ?? null, password)
  const now = clock.now()
  if (!user || !isRight) {
    throttle.failed(account, address, now)
    throw new AppError(
      'unauthenticated',
      'Signing in failed: e-mail or password is wrong. Check both and try again.',
    )
  }
  throttle.succeeded(account, address)
  const token = newSecret()
  await deleteSessionsBefore(pool, { now, idleMs: sessionIdleMs })
  await insertSession(pool, {
    tokenHash: secretHash(token),
    userId: user.id,
    now,
    expiresAt: now + sessionAbsoluteMs,
  })
  return {
    token,
    principal: {
      kind: 'user',
      id: user.id,
      name: user.email,
      role: user.role,
      scopes: scopesOfRole(user.role),
      via: 'cookie',
    },
  }
}

export const signOut = ({ pool }: AuthDeps, token: string): Promise<void> =>
  deleteSession(pool, secretHash(token))
