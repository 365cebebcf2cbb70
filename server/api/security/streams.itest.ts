import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createToken, createUser, revokeToken, signIn, signOut } from '../../auth'
import { inTransaction } from '../../clients'
import { admissionOf } from '../admission'
import { streamsLimit } from '../admission/limits'
import { startTestApi, type TestApi } from '../testing'
import { handleTrpc } from '../trpc/handler'
import { bearerOf, cookieOf, fromAnywhere, password } from './testing-credentials'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

/** A live stream over the real handler; what it says is read as it comes. */
async function openStream(credential: Record<string, string>, path = 'live.health', input?: string) {
  const leaving = new AbortController()
  const query = input === undefined ? '' : `?input=${encodeURIComponent(input)}`
  const response = await handleTrpc(
    new Request(`http://localhost:3000/api/trpc/${path}${query}`, {
      headers: { host: 'localhost:3000', ...fromAnywhere(), ...credential },
      signal: leaving.signal,
    }),
    () => Promise.resolve(api.console),
  )
  const reader = response.body?.getReader()
  let said = ''
  const readUntil = async (wanted: RegExp) => {
    while (!wanted.test(said)) {
      const part = await reader?.read()
      if (part?.value) said += new TextDecoder().decode(part.value)
      if (part?.done !== false) break
    }
    return said
  }
  const leave = async () => {
    leaving.abort()
    await reader?.cancel().catch(() => undefined)
  }
  return { status: response.status, readUntil, leave }
}

let made = 0
const newToken = () =>
  inTransaction(api.services.pool, (client) =>
    createToken(client, api.console.clock, {
      name: `viewer-${made++}`,
      scopes: ['read'],
      expiresAt: null,
      createdBy: 'test',
    }),
  )

describe('[attack 34] a live stream', () => {
  it('ends with the token that opened it', async () => {
    const token = await newToken()
    const stream = await openStream(bearerOf(token.secret))
    expect(await stream.readUntil(/"dependencies"/)).toContain('dependencies')
    await inTransaction(api.services.pool, (client) => revokeToken(client, token.id))
    expect(await stream.readUntil(/UNAUTHORIZED/)).toContain('its sign-in is over')
  })

  it('ends with the session that opened it', async () => {
    const email = 'streams@example.org'
    await inTransaction(api.services.pool, (client) =>
      createUser(client, { email, password, role: 'viewer' }),
    )
    const { token } = await signIn(api.console, { email, password, address: '192.0.2.1' })
    const stream = await openStream(cookieOf(token))
    await stream.readUntil(/"dependencies"/)
    await signOut(api.console, token, email)
    expect(await stream.readUntil(/UNAUTHORIZED/)).toContain('its sign-in is over')
  })

  it('is one of a limited number for its principal; others are not kept out, and one that closes makes room', async () => {
    const [greedy, other] = [await newToken(), await newToken()]
    const { streams } = admissionOf(api.console)
    const closes = Array.from({ length: streamsLimit }, () => streams.open(`token ${greedy.id}`))
    const refused = await openStream(bearerOf(greedy.secret))
    expect(await refused.readUntil(/TOO_MANY_REQUESTS/)).toContain(`${streamsLimit} live views are open`)
    const free = await openStream(bearerOf(other.secret))
    expect(await free.readUntil(/"dependencies"/)).toContain('dependencies')
    closes[0]?.()
    const again = await openStream(bearerOf(greedy.secret))
    expect(await again.readUntil(/"dependencies"/)).toContain('dependencies')
    for (const close of closes) close()
    await Promise.all([again.leave(), free.leave()])
    await expect.poll(() => streams.askers).toBe(0)
  })

  it.each(['live.watch', 'live.pipeline', 'live.pipelines', 'live.topKeys', 'live.health', 'live.jobs'])(
    '%s counts towards the limit',
    async (path) => {
      const token = await newToken()
      const { streams } = admissionOf(api.console)
      const closes = Array.from({ length: streamsLimit }, () => streams.open(`token ${token.id}`))
      const range = { lastMs: 60_000 }
      const json = path === 'live.watch' ? { health: true } : { name: 'none', range, measure: 'n' }
      const input =
        path === 'live.jobs' || path === 'live.health' || path === 'live.pipelines' ? {} : { json }
      const stream = await openStream(bearerOf(token.secret), path, JSON.stringify(input))
      expect(await stream.readUntil(/TOO_MANY_REQUESTS/)).toContain('TOO_MANY_REQUESTS')
      for (const close of closes) close()
    },
  )

  it('counts only while it is open, however often it is closed', () => {
    const { streams } = admissionOf(api.console)
    const close = streams.open('token x')
    close()
    close()
    expect(streams.askers).toBe(0)
  })
})
