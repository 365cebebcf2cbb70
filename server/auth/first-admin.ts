import { randomInt } from 'node:crypto'
import type { Pool } from '../clients'
import { hashPassword } from './password'
import { insertUser, selectUsers } from './user-store'
import { normalEmail } from './users'

export const defaultAdminEmail = 'admin@parallax.local'

/** Easy to read and type: no look-alikes. 20 of 54 characters are 115 bits. */
const alphabet = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const randomPassword = () => Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)]).join('')

/**
 * Makes the first administrator when there is no user at all. `password` is answered only when it was made here:
 * show it once, it is kept nowhere. Null: there are users already.
 */
export async function ensureFirstAdmin(
  pool: Pool,
  { email, password }: { email?: string | undefined; password?: string | undefined },
): Promise<{ email: string; password: string | null } | null> {
  if ((await selectUsers(pool, 1)).length > 0) return null
  const address = normalEmail(email ?? defaultAdminEmail)
  const made = password === undefined ? randomPassword() : null
  const user = await insertUser(pool, {
    email: address,
    passwordHash: await hashPassword(password ?? made ?? ''),
    role: 'admin',
  })
  return user && { email: user.email, password: made }
}
