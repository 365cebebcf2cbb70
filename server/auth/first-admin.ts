import { randomInt } from 'node:crypto'
import { inTransaction } from '../clients'
import type { AuthDeps } from './deps'
import { hashPassword } from './password'
import { hasUsers, insertUser } from './user-store'
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
  { pool, trail }: Pick<AuthDeps, 'pool' | 'trail'>,
  { email, password }: { email?: string | undefined; password?: string | undefined },
): Promise<{ email: string; password: string | null } | null> {
  if (await hasUsers(pool)) return null
  const address = normalEmail(email ?? defaultAdminEmail)
  const made = password === undefined ? randomPassword() : null
  const passwordHash = await hashPassword(password ?? made ?? '')
  return inTransaction(pool, async (client) => {
    const user = await insertUser(client, { email: address, passwordHash, role: 'admin' })
    if (!user) return null
    const detail = { role: user.role, reason: 'there was no user yet' }
    await trail(client, { actor: 'first start', action: 'user.create', object: user.email, detail })
    return { email: user.email, password: made }
  })
}
