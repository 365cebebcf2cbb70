import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { AppError } from '../platform'
import {
  authenticate,
  changePassword,
  createToken,
  createUser,
  endSessions,
  ensureFirstAdmin,
  listSessions,
  listTokens,
  revokeToken,
  signIn,
  signOut,
  updateUser,
  type AuthDeps,
  type Trail,
} from './index'

let services: TestServices
let now = Date.parse('2026-03-01T10:00:00Z')
let deps: AuthDeps
const trailed: Parameters<Trail>[1][] = []
const address = '192.0.2.7'
const password = 'correct horse battery staple'

beforeAll(async () => {
  services = await startTestServices()
  deps = {
    pool: services.pool,
    clock: { now: () => now },
    apiToken: 'bootstrap-secret',
    trail: (_client, entry) => {
      trailed.push(entry)
      return Promise.resolve()
    },
  }
})
afterAll(() => services.stop())

const inTx = <T>(fn: Parameters<typeof inTransaction<T>>[1]) => inTransaction(services.pool, fn)
const withCookie = (token: string) =>
  new Headers({ host: 'localhost:3000', cookie: `parallax_3000=${token}` })
const withBearer = (token: string) => new Headers({ authorization: `Bearer ${token}` })
const codeOf = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    (value) => value,
    (thrown: unknown) => thrown,
  )
  return error instanceof AppError ? error.code : error
}

describe('the first administrator', () => {
  it('is made once, with a password that is told once', async () => {
    const made = await ensureFirstAdmin(deps, {})
    expect(made?.password).toHaveLength(20)
    expect(await ensureFirstAdmin(deps, {})).toBeNull()
    const { principal } = await signIn(deps, {
      email: made?.email ?? '',
      password: made?.password ?? '',
      address,
    })
    expect(principal.role).toBe('admin')
  })

  it('is stored as an argon2id hash', async () => {
    const { rows } = await services.pool.query<{ h: string }>('SELECT password_hash AS h FROM user_account')
    expect(rows[0]?.h).toMatch(/^\$argon2id\$/)
  })
})

describe('sessions', () => {
  it('hold for any spelling of the address and end with sign-out', async () => {
    await inTx((client) => createUser(client, { email: 'Ada@Example.org', password, role: 'viewer' }))
    const { token } = await signIn(deps, { email: ' ada@example.ORG ', password, address })
    expect(await authenticate(deps, withCookie(token))).toMatchObject({
      name: 'ada@example.org',
      role: 'viewer',
    })
    await signOut(deps, token, 'ada@example.org')
    expect(await authenticate(deps, withCookie(token))).toBeNull()
  })

  it('are stored as a hash, never as the token', async () => {
    const { token } = await signIn(deps, { email: 'ada@example.org', password, address })
    const { rows } = await services.pool.query<{ n: number }>(
      'SELECT count(*) AS n FROM session WHERE token_hash = $1',
      [Buffer.from(token)],
    )
    expect(rows[0]?.n).toBe(0)
  })

  it('end after half an hour idle', async () => {
    const { token } = await signIn(deps, { email: 'ada@example.org', password, address })
    now += 31 * 60_000
    expect(await authenticate(deps, withCookie(token))).toBeNull()
  })

  it('end when the role changes, so that the new one holds at once', async () => {
    const { token, principal } = await signIn(deps, { email: 'ada@example.org', password, address })
    await inTx((client) => updateUser(client, { id: principal.id, role: 'operator' }))
    expect(await authenticate(deps, withCookie(token))).toBeNull()
  })

  it('are not given to a disabled account', async () => {
    await inTx((client) => createUser(client, { email: 'eve@example.org', password, role: 'viewer' }))
    const { principal } = await signIn(deps, { email: 'eve@example.org', password, address })
    await inTx((client) => updateUser(client, { id: principal.id, disabled: true }))
    expect(await codeOf(signIn(deps, { email: 'eve@example.org', password, address }))).toBe(
      'unauthenticated',
    )
  })

  it('are listed to their user with where they came from, and end one by one or all at once', async () => {
    const email = 'grace@example.org'
    const user = await inTx((client) => createUser(client, { email, password, role: 'viewer' }))
    const signInFrom = (from: string) =>
      signIn(deps, { email, password, address: from, agent: 'Browser 1.0' })
    const [here, there] = [await signInFrom('192.0.2.1'), await signInFrom('192.0.2.2')]
    const list = () => listSessions(deps, { userId: user.id, token: here.token })
    expect(await list()).toHaveLength(2)
    const other = (await list()).find((session) => !session.isThisOne)
    expect(other).toMatchObject({ address: '192.0.2.2', agent: 'Browser 1.0' })
    const end = (id: string | null) => endSessions(deps, { userId: user.id, id, actor: email })
    await end(other?.id ?? '')
    expect(await authenticate(deps, withCookie(there.token))).toBeNull()
    expect(await authenticate(deps, withCookie(here.token))).not.toBeNull()
    expect(await codeOf(end(other?.id ?? ''))).toBe('not_found')
    expect(await end(null)).toEqual({ ended: 1 })
    expect(await authenticate(deps, withCookie(here.token))).toBeNull()
  })

  it('are not taken from a made-up token', async () => {
    expect(await authenticate(deps, withCookie('nonsense'))).toBeNull()
  })
})

describe('signing in', () => {
  it('answers a wrong password and an unknown account with the same words', async () => {
    const attempt = (email: string) =>
      signIn(deps, { email, password: 'wrong password', address: '192.0.2.8' })
    const wrong = await attempt('ada@example.org').catch((error: unknown) => String(error))
    const unknown = await attempt('nobody@example.org').catch((error: unknown) => String(error))
    const impossible = await attempt('a\0b@example.org').catch((error: unknown) => String(error))
    expect(unknown).toBe(wrong)
    expect(impossible).toBe(wrong)
  })

  it('takes as long for an unknown account as for a wrong password', async () => {
    const time = async (email: string) => {
      const startedAt = performance.now()
      await signIn(deps, { email, password: 'wrong', address: `192.0.2.${Math.random()}` }).catch(
        () => undefined,
      )
      return performance.now() - startedAt
    }
    const median = async (name: string) => {
      const times = []
      for (let i = 0; i < 4; i++) times.push(await time(`${name}@example.org`))
      return times.sort((a, b) => a - b)[1] ?? 0
    }
    await inTx((client) => createUser(client, { email: 'known@example.org', password, role: 'viewer' }))
    const [known, unknown] = [await median('known'), await median('unknown')]
    expect(unknown).toBeGreaterThan(known / 3)
  })

  it('is slowed down after five failures, even with the right password', async () => {
    await inTx((client) => createUser(client, { email: 'bob@example.org', password, role: 'viewer' }))
    const attempt = (text: string) => signIn(deps, { email: 'bob@example.org', password: text, address })
    for (let i = 0; i < 5; i++) expect(await codeOf(attempt('wrong'))).toBe('unauthenticated')
    expect(await codeOf(attempt(password))).toBe('too_many_requests')
    now += 2_000
    expect((await attempt(password)).principal.name).toBe('bob@example.org')
  })
})

describe('the audit trail of sign-ins', () => {
  const email = 'hedy@example.org'
  const from = '198.51.100.7'
  const attempt = (text: string) =>
    signIn(deps, { email, password: text, address: from, agent: 'Browser 1.0' })
  const told = () => trailed.map(({ actor, action, object }) => `${actor} ${action} ${object}`)

  it('[law 8] has each success, failure and sign-out, and of the refused one a minute with their number', async () => {
    await inTx((client) => createUser(client, { email, password, role: 'viewer' }))
    trailed.length = 0
    const { token } = await attempt(password)
    await signOut(deps, token, email)
    await signOut(deps, token, email)
    expect(told()).toEqual([`${email} session.start ${email}`, `${email} session.end ${email}`])
    expect(trailed[0]?.detail).toEqual({ address: from, agent: 'Browser 1.0' })
    trailed.length = 0
    for (let i = 0; i < 5; i++) await codeOf(attempt('wrong'))
    for (let i = 0; i < 3; i++) expect(await codeOf(attempt(password))).toBe('too_many_requests')
    expect(told()).toEqual([
      ...Array<string>(5).fill(`nobody session.fail ${email}`),
      `nobody session.refuse ${email}`,
    ])
    now += 2_000
    trailed.length = 0
    await attempt(password)
    expect(trailed[0]?.detail).toMatchObject({ refusedBefore: 2 })
  })

  it('does not write down a password that was typed as the account', async () => {
    trailed.length = 0
    await codeOf(signIn(deps, { email: 'hunter2', password: 'x', address: from }))
    expect(JSON.stringify(trailed)).not.toContain('hunter2')
  })
})

describe('one’s own password', () => {
  const email = 'kay@example.org'
  const change = async (current: string, next: string) => {
    const { token, principal } = await signIn(deps, { email, password, address: 'first' })
    const second = await signIn(deps, { email, password, address: 'second' })
    const result = codeOf(changePassword(deps, { principal, current, next, token, address: 'first' }))
    return { token, second, result: await result }
  }

  it('is changed with the current one; other sessions end, this one goes on', async () => {
    await inTx((client) => createUser(client, { email, password, role: 'viewer' }))
    const { token, second, result } = await change(password, 'another long password')
    expect(result).toEqual({ ended: 1 })
    expect(await authenticate(deps, withCookie(token))).not.toBeNull()
    expect(await authenticate(deps, withCookie(second.token))).toBeNull()
    expect(trailed.at(-1)).toMatchObject({ action: 'password.change', actor: email })
    const old = signIn(deps, { email, password, address: 'third' })
    expect(await codeOf(old)).toBe('unauthenticated')
  })
})

describe('tokens', () => {
  const create = (scopes: Parameters<typeof createToken>[2]['scopes'], expiresAt: number | null = null) =>
    inTx((client) => createToken(client, deps.clock, { name: 'ci', scopes, expiresAt, createdBy: 'test' }))

  it('give their scopes, and the role those amount to', async () => {
    const { secret } = await create(['read', 'events:write'])
    expect(await authenticate(deps, withBearer(secret))).toMatchObject({
      role: 'viewer',
      scopes: ['read', 'events:write'],
      via: 'bearer',
    })
  })

  it('know to the minute when they were last used', async () => {
    const { secret, id } = await create(['read'])
    const lastUsed = async () => (await listTokens(services)).find((token) => token.id === id)?.lastUsedAt
    expect(await lastUsed()).toBeNull()
    const usedAt = now
    await authenticate(deps, withBearer(secret))
    now += 59_000
    await authenticate(deps, withBearer(secret))
    expect(await lastUsed()).toBe(usedAt)
    now += 1_000
    await authenticate(deps, withBearer(secret))
    expect(await lastUsed()).toBe(now)
  })

  it('are not made to have ended before they begin', async () => {
    expect(await codeOf(create(['read'], now))).toBe('bad_request')
  })

  it('end when revoked and when they expire', async () => {
    const revoked = await create(['read'])
    await inTx((client) => revokeToken(client, revoked.id))
    expect(await authenticate(deps, withBearer(revoked.secret))).toBeNull()
    const short = await create(['read'], now + 1_000)
    expect(await authenticate(deps, withBearer(short.secret))).not.toBeNull()
    now += 1_000
    expect(await authenticate(deps, withBearer(short.secret))).toBeNull()
  })

  it('of the environment hold every scope', async () => {
    expect(await authenticate(deps, withBearer('bootstrap-secret'))).toMatchObject({ role: 'admin' })
  })

  it('that are wrong are nobody, even beside a good cookie', async () => {
    const { token } = await signIn(deps, { email: 'ada@example.org', password, address })
    const headers = withCookie(token)
    headers.set('authorization', 'Bearer wrong')
    expect(await authenticate(deps, headers)).toBeNull()
  })
})

describe('users', () => {
  it('keep at least one administrator', async () => {
    const { rows } = await services.pool.query<{ id: string }>(
      `SELECT id FROM user_account WHERE role = 'admin'`,
    )
    const change = inTx((client) => updateUser(client, { id: rows[0]?.id ?? '', role: 'viewer' }))
    expect(await codeOf(change)).toBe('conflict')
  })

  it('have an address once', async () => {
    const again = inTx((client) => createUser(client, { email: 'ADA@example.org', password, role: 'viewer' }))
    expect(await codeOf(again)).toBe('conflict')
  })
})
