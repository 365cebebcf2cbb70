import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createToken, createUser } from '../../auth'
import { inTransaction } from '../../clients'
import { apiToken, departures, flight, startTestApi, type TestApi } from '../testing'
import { handleTrpc } from '../trpc/handler'
import { bearerOf, fromAnywhere } from './testing-credentials'

let api: TestApi
/** Everything that was said to the product and must be nowhere but in hashes. */
const canaries = {
  password: 'canary-password-7f3a91',
  wrongPassword: 'canary-wrong-password-51cc',
  newPassword: 'canary-new-password-88d0',
  madeUpToken: 'plx_canary-made-up-token-1d2e',
  webhookSecret: 'canary-webhook-secret-40be',
  apiToken,
}
const made = { token: '', session: '' }

const own = { host: 'localhost:3000', origin: 'http://localhost:3000', 'content-type': 'application/json' }
const answers: string[] = []

async function say(path: string, input: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const response = await handleTrpc(
    new Request(`http://localhost:3000/api/trpc/${path}`, {
      method: 'POST',
      headers: { ...own, ...fromAnywhere(), ...headers },
      body: JSON.stringify({ json: input }),
    }),
    () => Promise.resolve(api.console),
  )
  answers.push(await response.clone().text())
  return response
}

beforeAll(async () => {
  api = await startTestApi()
  const { pool } = api.services
  const email = 'canary@example.org'
  const { password, wrongPassword, newPassword, madeUpToken, webhookSecret } = canaries
  await inTransaction(pool, (client) => createUser(client, { email, password, role: 'admin' }))
  const { secret } = await inTransaction(pool, (client) =>
    createToken(client, api.console.clock, {
      name: 'canary',
      scopes: ['read'],
      expiresAt: null,
      createdBy: 'test',
    }),
  )
  made.token = secret
  await say('auth.signIn', { email, password: wrongPassword })
  // A password typed where the e-mail belongs.
  await say('auth.signIn', { email: wrongPassword, password: wrongPassword })
  const signedIn = await say('auth.signIn', { email, password })
  made.session = /=([\w-]{43});/.exec(signedIn.headers.get('set-cookie') ?? '')?.[1] ?? ''
  const cookie = { cookie: `parallax_3000=${made.session}` }
  const channel = {
    name: 'canary hook',
    kind: 'webhook',
    settings: { url: 'https://hooks.example.org/x' },
    secret: webhookSecret,
  }
  await say('channels.save', channel, cookie)
  await say('users.create', { email: 'other@example.org', password: newPassword, role: 'viewer' }, cookie)
  await say('auth.changePassword', { current: password, next: newPassword }, cookie)
  for (const headers of [bearerOf(secret), bearerOf(madeUpToken), {}])
    for (const path of ['/audit', '/channels', '/pipelines/none', '/openapi.json'])
      answers.push(
        JSON.stringify(await api.call('GET', path, { headers: { ...headers, ...fromAnywhere() } })),
      )
})
afterAll(() => api[Symbol.asyncDispose]())

const all = () => Object.values({ ...canaries, ...made })

describe('[attack 37] a secret', () => {
  it('was said, and what was refused of it is on record', async () => {
    const refused = () => api.services.pool.query('SELECT 1 FROM access_event')
    await expect.poll(async () => (await refused()).rows.length, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(made.session).toHaveLength(43)
    expect(made.token).toMatch(/^plx_/)
  })

  it('is in no answer', () => {
    expect(answers.length).toBeGreaterThan(10)
    for (const answer of answers) expect(all().filter((secret) => answer.includes(secret))).toEqual([])
  })

  it('is in no table, but for what a receiver must be signed with', async () => {
    const { pool } = api.services
    const { rows: tables } = await pool.query<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
    )
    expect(tables.length).toBeGreaterThan(30)
    const found: string[] = []
    for (const { name } of tables) {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)
      for (const secret of all())
        if (rows.some(({ row }) => row.includes(secret))) found.push(`${name}: ${secret}`)
    }
    expect(found.filter((place) => place !== `channel: ${canaries.webhookSecret}`)).toEqual([])
  })

  it('is of no use in the form it is kept in', async () => {
    const { rows } = await api.services.pool.query<{ hash: string }>(
      `SELECT encode(token_hash, 'hex') AS hash FROM api_token
       UNION ALL SELECT encode(token_hash, 'base64') FROM session
       UNION ALL SELECT password_hash FROM user_account`,
    )
    expect(rows.length).toBeGreaterThan(2)
    for (const { hash } of rows)
      expect(
        (await api.call('GET', '/audit', { headers: { ...bearerOf(hash), ...fromAnywhere() } })).status,
      ).toBe(401)
  })
})

describe('[attack 38] text that would write a line of its own', () => {
  const forged = 'x\r\n{"level":50,"msg":"forged"}\u001b[2J'

  it('in a reason stays one entry of the trail, and the chain holds', async () => {
    await api.call('POST', '/pipelines', { body: departures() })
    const before = (await api.call('GET', '/audit/verification')).body.entries as number
    const reason = encodeURIComponent(forged)
    expect((await api.call('DELETE', `/pipelines/departures?reason=${reason}`)).status).toBe(204)
    const after = (await api.call('GET', '/audit/verification')).body
    expect(after).toMatchObject({ entries: before + 1, brokenAt: null })
    for (const format of ['ndjson', 'csv']) {
      const { text } = (await api.call('GET', `/audit/export?format=${format}`)).body
      expect(String(text)).toContain('departures')
      expect(String(text).split('\n')).not.toContain('{"level":50,"msg":"forged"}\u001b[2J')
    }
  })

  it('in a header of a request is not taken over', async () => {
    const { headers } = await api.call('GET', '/pipelines', { headers: { 'x-request-id': 'a b<script>' } })
    expect(headers.get('x-request-id')).toMatch(/^[\w.-]{1,64}$/)
  })

  it('in an id of an event is told back as JSON', async () => {
    const body = JSON.stringify([flight('ok'), { ...flight(forged), time: 'never' }])
    const answer = await api.call('POST', '/events', {
      body,
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    })
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({ accepted: 1, rejected: [{ index: 1 }] })
  })
})
