import { inTransaction, type Pool } from '../clients'
import { AppError } from '../platform'
import { noteRefusal } from './access-book'
import type { AuthDeps } from './deps'
import { LoginThrottle } from './login-throttle'
import { checkPassword } from './password'
import { scopesOfRole, type Principal, type Role } from './principal'
import { Refusals } from './refusals'
import { newSecret, secretHash } from './secret'
import { sessionAbsoluteMs, sessionIdleMs } from './session'
import { deleteSession, deleteSessionsBefore, insertSession } from './session-store'
import { plainText, shownAccount } from './shown-account'
import { findCredentials } from './user-store'
import { normalEmail } from './users'

interface Guard {
  throttle: LoginThrottle
  refusals: Refusals
}

const guards = new WeakMap<Pool, Guard>()

function guardOf(pool: Pool): Guard {
  const guard = guards.get(pool) ?? { throttle: new LoginThrottle(pool), refusals: new Refusals() }
  guards.set(pool, guard)
  return guard
}

interface Attempt {
  email: string
  password: string
  /** Where the attempt comes from, as far as known. */
  address: string
  /** What the browser calls itself. */
  agent?: string | null
}

/**
 * A fresh session for the right password. A wrong one and an unknown account answer alike, in the same time. Each
 * attempt is in the audit trail; of those refused unread one a minute, with the number of the others.
 */
export async function signIn(
  deps: AuthDeps,
  attempt: Attempt,
): Promise<{ token: string; principal: Principal & { role: Role } }> {
  const user = await checkedUser(deps, attempt)
  const { pool, clock, trail } = deps
  const address = plainText(attempt.address)
  const agent = attempt.agent ? plainText(attempt.agent) : null
  const refusedBefore = guardOf(pool).refusals.take(keyOf(user.email, attempt.address))
  const now = clock.now()
  const token = newSecret()
  await inTransaction(pool, async (client) => {
    await deleteSessionsBefore(client, { now, idleMs: sessionIdleMs })
    await insertSession(client, {
      tokenHash: secretHash(token),
      userId: user.id,
      now,
      expiresAt: now + sessionAbsoluteMs,
      address,
      agent,
    })
    await trail(client, {
      actor: user.email,
      action: 'session.start',
      object: user.email,
      detail: { address, agent, ...(refusedBefore > 0 && { refusedBefore }) },
    })
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

/** The account whose password this is; a failure slows down the next attempt. Also for a change of one's password. */
export async function checkedUser(
  deps: AuthDeps,
  { email, password, address }: Attempt,
): Promise<{ id: string; email: string; role: Role }> {
  const { pool, clock } = deps
  const account = normalEmail(email)
  const { throttle, refusals } = guardOf(pool)
  const who = { account, address }
  const waitMs = await throttle.waitMs(who, clock.now())
  if (waitMs > 0) {
    await recordRefusal(deps, who, 'too many failures')
    noteSignIn(pool, who, 'too many failures')
    const retryAfterS = Math.ceil(waitMs / 1000)
    throw new AppError('too_many_requests', `Too many failed sign-ins. Try again in ${retryAfterS} s.`, {
      retryAfterS,
    })
  }
  // Postgres has no text with NUL: such an account cannot exist.
  const user = account.includes('\0') ? null : await findCredentials(pool, account)
  const isRight = await checkPassword(user?.passwordHash ?? null, password).catch(async (error: unknown) => {
    await recordRefusal(deps, who, 'too many sign-ins at once')
    throw error
  })
  if (!user || !isRight) {
    await throttle.failed(who, clock.now())
    noteSignIn(pool, who, user ? 'password' : 'account')
    const refusedBefore = refusals.take(keyOf(account, address))
    await record(deps, who, 'session.fail', refusedBefore > 0 ? { refusedBefore } : {})
    throw new AppError(
      'unauthenticated',
      'Signing in failed: e-mail or password is wrong. Check both and try again.',
    )
  }
  await throttle.succeeded(who)
  return user
}

/** Ends the session of this token, if there is one. */
export async function signOut({ pool, trail }: AuthDeps, token: string, actor: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const ended = await deleteSession(client, secretHash(token))
    if (ended) await trail(client, { actor, action: 'session.end', object: ended.email, detail: {} })
  })
}

interface Who {
  account: string
  address: string
}

const noteSignIn = (pool: Pool, { account, address }: Who, why: string): void => {
  noteRefusal(pool, { kind: 'sign_in', principal: shownAccount(account), address, detail: { why } })
}

const keyOf = (account: string, address: string) => `${account} ${address}`

async function recordRefusal(deps: AuthDeps, who: Who, why: string): Promise<void> {
  const attempts = guardOf(deps.pool).refusals.add(keyOf(who.account, who.address), deps.clock.now())
  if (attempts > 0) await record(deps, who, 'session.refuse', { why, attempts })
}

/** Nobody has proved to be the account: it is what the attempt was on, not who made it. */
const record = (
  { pool, trail }: AuthDeps,
  { account, address }: Who,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> =>
  inTransaction(pool, (client) =>
    trail(client, {
      actor: 'nobody',
      action,
      object: shownAccount(account),
      detail: { address: plainText(address), ...detail },
    }),
  )
