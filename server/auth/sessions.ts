import { inTransaction, type Pool } from '../clients'
import { AppError, type Clock } from '../platform'
import type { AuthDeps } from './deps'
import { secretHash } from './secret'
import { sessionIdleMs } from './session'
import { deleteSessionsOf, selectSessions } from './session-store'
import { lockUser } from './user-store'

const listLimit = 200
/** Of the hash, in hex: enough to tell one's own sessions apart, of no use to get in. */
const idLength = 24

export interface SessionView {
  id: string
  createdAt: number
  lastSeenAt: number
  /** When it ends however busy it is. */
  expiresAt: number
  /** Where it was started from, as far as known. */
  address: string | null
  agent: string | null
  isThisOne: boolean
}

/** A user's sessions that are alive; `token` is the one that asks. */
export async function listSessions(
  { pool, clock }: { pool: Pool; clock: Clock },
  { userId, token }: { userId: string; token: string | null },
): Promise<SessionView[]> {
  const page = { userId, now: clock.now(), idleMs: sessionIdleMs, limit: listLimit }
  const own = token === null ? null : idOf(secretHash(token))
  const rows = await selectSessions(pool, page)
  return rows.map(({ tokenHash, ...session }) => {
    const id = idOf(tokenHash)
    return { id, ...session, isThisOne: id === own }
  })
}

/** Ends one session of a user, or all. */
export async function endSessions(
  { pool, trail }: AuthDeps,
  { userId, id, actor }: { userId: string; id: string | null; actor: string },
): Promise<{ ended: number }> {
  return inTransaction(pool, async (client) => {
    const user = await lockUser(client, userId)
    if (!user)
      throw new AppError('not_found', 'Ending the sessions failed: there is no such user. Reload the list.')
    const ended = await deleteSessionsOf(client, { userId, only: id })
    if (id !== null && ended === 0)
      throw new AppError('not_found', 'Ending the session failed: it has ended already. Reload the list.')
    const action = id === null ? 'session.endAll' : 'session.end'
    await trail(client, { actor, action, object: user.email, detail: { ended } })
    return { ended }
  })
}

const idOf = (tokenHash: Buffer): string => tokenHash.toString('hex').slice(0, idLength)
