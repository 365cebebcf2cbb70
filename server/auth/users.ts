import type { Pool, PoolClient } from '../clients'
import { AppError } from '../platform'
import { hashPassword } from './password'
import type { Role } from './principal'
import { changeUser, insertUser, lockActiveAdmins, selectUsers, type UserView } from './user-store'

const listLimit = 1_000

/** One account, one spelling. */
export const normalEmail = (email: string): string => email.normalize('NFKC').trim().toLowerCase()

export const listUsers = ({ pool }: { pool: Pool }): Promise<UserView[]> => selectUsers(pool, listLimit)

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

export async function updateUser(
  client: PoolClient,
  change: {
    id: string
    role?: Role | undefined
    disabled?: boolean | undefined
    password?: string | undefined
  },
): Promise<UserView> {
  const admins = await lockActiveAdmins(client)
  const losesAdmin = change.disabled === true || (change.role !== undefined && change.role !== 'admin')
  if (losesAdmin && admins.length === 1 && admins[0] === change.id)
    throw new AppError(
      'conflict',
      'Changing the user failed: it is the last administrator. Make another one first.',
    )
  const { password, ...rest } = change
  const user = await changeUser(client, {
    ...rest,
    ...(password && { passwordHash: await hashPassword(password) }),
  })
  if (!user)
    throw new AppError('not_found', 'Changing the user failed: there is no such user. Reload the list.')
  return user
}
