import { changePassword, createToken, createUser, signIn, signOut, updateUser } from '../../auth'
import { inTransaction } from '../../clients'
import type { TestApi } from '../testing'

export const password = 'correct horse battery staple'

/** A request of its own network each, so that the limit on refused sign-ins does not answer for the sign-in. */
let sent = 0
export const fromAnywhere = (): Record<string, string> => {
  sent++
  return { 'x-forwarded-for': `10.${(sent >> 16) & 255}.${(sent >> 8) & 255}.${sent & 255}` }
}

export const cookieOf = (token: string) => ({ host: 'localhost:3000', cookie: `parallax_3000=${token}` })
export const bearerOf = (secret: string) => ({ authorization: `Bearer ${secret}` })

/** Everything that was a sign-in once or looks like one, by what it is now, as the headers a client sends. */
export async function deadCredentials(api: TestApi): Promise<Record<string, Record<string, string>>> {
  const { pool } = api.services
  const deps = api.console
  let made = 0
  const session = async () => {
    const email = `dead-${made++}@example.org`
    const user = await inTransaction(pool, (client) => createUser(client, { email, password, role: 'admin' }))
    const { token, principal } = await signIn(deps, { email, password, address: `192.0.2.${made}` })
    return { email, user, token, principal, headers: cookieOf(token) }
  }
  const token = async (expiresAt: number | null) =>
    inTransaction(pool, (client) =>
      createToken(client, deps.clock, {
        name: `dead-${made++}`,
        scopes: ['admin'],
        expiresAt,
        createdBy: 'test',
      }),
    )
  const change = (text: string, id: unknown) => pool.query(text, [id])

  const idle = await session()
  await change(
    `UPDATE session SET last_seen_at = now() - interval '31 minutes' WHERE user_id = $1`,
    idle.user.id,
  )
  const old = await session()
  await change(`UPDATE session SET expires_at = now() - interval '1 second' WHERE user_id = $1`, old.user.id)
  const out = await session()
  await signOut(deps, out.token, out.email)
  const disabled = await session()
  await inTransaction(pool, (client) => updateUser(client, { id: disabled.user.id, disabled: true }))
  const demoted = await session()
  await inTransaction(pool, (client) => updateUser(client, { id: demoted.user.id, role: 'viewer' }))
  const repassed = await session()
  await changePassword(deps, {
    principal: repassed.principal,
    current: password,
    next: `${password}!`,
    token: null,
    address: '192.0.2.200',
  })
  const revoked = await token(null)
  await change('UPDATE api_token SET revoked_at = now() WHERE id = $1', revoked.id)
  const expired = await token(deps.clock.now() + 60_000)
  await change(`UPDATE api_token SET expires_at = now() - interval '1 second' WHERE id = $1`, expired.id)
  const good = await session()
  return {
    nothing: {},
    'a session that was idle for half an hour': idle.headers,
    'a session twelve hours old': old.headers,
    'a session that was signed out': out.headers,
    'a session of a disabled user': disabled.headers,
    'a session from before its role was taken': demoted.headers,
    'a session from before a new password': repassed.headers,
    'a made-up session': cookieOf('A'.repeat(43)),
    'a session under another port’s name': { host: 'localhost:9', cookie: `parallax_3000=${good.token}` },
    'a revoked token': bearerOf(revoked.secret),
    'an expired token': bearerOf(expired.secret),
    'a made-up token': bearerOf(`plx_${'A'.repeat(43)}`),
    'a bad token beside a good session': { ...good.headers, ...bearerOf('plx_bad') },
    'a password instead of a token': { authorization: `Basic ${btoa(`${good.email}:${password}`)}` },
    'the hash of a session': cookieOf('0'.repeat(64)),
  }
}
