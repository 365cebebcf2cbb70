import type { Pool, PoolClient } from '../clients'
import { AppError, type Clock } from '../platform'
import { hashPassword } from './password'
import type { Role } from './principal'
import { sessionIdleMs } from './session'
import { changeUser, insertUser, lockActiveAdmins, lockUser, selectUsers } from './user-store'
import type { UserListItem, UserView } from './user-store'

const listLimit = 1_000

/** One account, one spelling. */
export const normalEmail = (email: string): string => email.normalize('NFKC').trim().toLowerCase()

export const listUsers = ({ pool, clock }: { pool: Pool; clock: Clock }): Promise<UserListItem[]> =>
  selectUsers(pool, { now: clock.now(), idleMs: sessionIdleMs, limit: listLimit })

export async function createUser(
  client: PoolClient,
  { email, password, role }: { email: string; password: string; role: Role },
): Promise<UserView> {
  const address = normalEmail(email)
  const user = await insertUser(client, { email: address, passwordHash: await hashPassword(password), role })
  if (!user)
    throw new AppError(
      'conflict',
      `Creating the user failed: ${address} has an account already. Change that one.`,
    )
  return user
}

/** Ends the user's sessions too, so that the change holds at once. */
export async function updateUser(
  client: PoolClient,
  change: {
    id: string
    role?: Role | undefined
    disabled?: boolean | undefined
    password?: string | undefined
  },
): Promise<{ before: UserView; after: UserView }> {
  const admins = await lockActiveAdmins(client)
  const losesAdmin = change.disabled === true || (change.role !== undefined && change.role !== 'admin')
  if (losesAdmin && admins.length === 1 && admins[0] === change.id)
    throw new AppError(
      'conflict',
      'Changing the user failed: it is the last administrator. Make another one first.',
    )
  const { password, ...rest } = change
  const passwordHash = password === undefined ? undefined : await hashPassword(password)
  const before = await lockUser(client, change.id)
  const after = await changeUser(client, { ...rest, passwordHash })
  if (!before || !after)
    throw new AppError('not_found', 'Changing the user failed: there is no such user. Reload the list.')
  return { before, after }
}
