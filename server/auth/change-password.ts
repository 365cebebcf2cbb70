import { inTransaction } from '../clients'
import { AppError } from '../platform'
import type { AuthDeps } from './deps'
import { hashPassword } from './password'
import type { Principal } from './principal'
import { secretHash } from './secret'
import { deleteSessionsOf } from './session-store'
import { checkedUser } from './sign-in'
import { writePassword } from './user-store'

interface Change {
  principal: Principal
  current: string
  next: string
  /** The session that goes on; all others of the user end. */
  token: string | null
  address: string
}

/** One's own password. A wrong current one slows down as a failed sign-in does. */
export async function changePassword(
  deps: AuthDeps,
  { principal, current, next, token, address }: Change,
): Promise<{ ended: number }> {
  if (principal.kind !== 'user')
    throw new AppError('bad_request', 'Changing the password failed: a token has none. Sign in as a user.')
  const attempt = { email: principal.name, password: current, address }
  const user = await checkedUser(deps, attempt).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'unauthenticated') throw error
    throw new AppError(
      'bad_request',
      'Changing the password failed: the current password is wrong. Type it again.',
      { cause: error },
    )
  })
  if (current === next)
    throw new AppError('bad_request', 'Changing the password failed: it is the one you have. Choose another.')
  const passwordHash = await hashPassword(next)
  return inTransaction(deps.pool, async (client) => {
    await writePassword(client, { id: user.id, passwordHash })
    const ended = await deleteSessionsOf(client, {
      userId: user.id,
      except: token === null ? null : secretHash(token),
    })
    await deps.trail(client, {
      actor: user.email,
      action: 'password.change',
      object: user.email,
      detail: { otherSessionsEnded: ended },
    })
    return { ended }
  })
}
