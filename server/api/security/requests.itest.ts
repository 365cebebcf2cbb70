import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createUser, signIn } from '../../auth'
import { inTransaction } from '../../clients'
import { departures, flight, startTestApi, type TestApi } from '../testing'
import { handleTrpc } from '../trpc/handler'
import { cookieOf, fromAnywhere, password } from './testing-credentials'

let api: TestApi
const sessions = new Map<string, { cookie: Record<string, string>; userId: string }>()

beforeAll(async () => {
  api = await startTestApi()
  await api.call('POST', '/pipelines', { body: departures() })
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    const email = `${role}@example.org`
    await inTransaction(api.services.pool, (client) => createUser(client, { email, password, role }))
    const { token, principal } = await signIn(api.console, { email, password, address: '192.0.2.1' })
    sessions.set(role, { cookie: cookieOf(token), userId: principal.id })
  }
})
afterAll(() => api[Symbol.asyncDispose]())

const sessionOf = (role: string) => sessions.get(role) ?? { cookie: {}, userId: '' }
const ours = { origin: 'http://localhost:3000', 'content-type': 'application/json' }

interface TrpcAnswer {
  status: number
  headers: Headers
  text: string
}

async function trpc(
  path: string,
  { method = 'POST', headers = {}, body }: { method?: string; headers?: HeadersInit; body?: BodyInit } = {},
): Promise<TrpcAnswer> {
  const response = await handleTrpc(
    new Request(`http://localhost:3000/api/trpc/${path}`, {
      method,
      headers: { host: 'localhost:3000', ...fromAnywhere(), ...Object.fromEntries(new Headers(headers)) },
      ...(body !== undefined && { body }),
    }),
    () => Promise.resolve(api.console),
  )
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const mutate = (path: string, input: unknown, role: string, headers: Record<string, string> = {}) =>
  trpc(path, {
    headers: { ...ours, ...sessionOf(role).cookie, ...headers },
    body: JSON.stringify({ json: input }),
  })

const query = (path: string, input: unknown, role = 'viewer') =>
  trpc(`${path}?input=${encodeURIComponent(JSON.stringify({ json: input }))}`, {
    method: 'GET',
    headers: sessionOf(role).cookie,
  })

describe('[attack 4] a write that another site makes a browser send', () => {
  const input = JSON.stringify({ json: { email: 'mallory@example.org', password, role: 'admin' } })
  const admin = () => sessionOf('admin').cookie

  it.each([
    ['says it comes from another site', { 'sec-fetch-site': 'cross-site' }],
    ['says it comes from a sister site', { 'sec-fetch-site': 'same-site' }],
    ['has the origin of another site', { origin: 'https://evil.example' }],
    ['has an origin that begins like ours', { origin: 'http://localhost:3000.evil.example' }],
    ['has an origin of nowhere', { origin: 'null' }],
    ['says nothing of where it comes from', {}],
  ])('%s: nothing is written', async (_what, headers: Record<string, string>) => {
    const answer = await trpc('users.create', {
      headers: { 'content-type': 'application/json', ...admin(), ...headers },
      body: input,
    })
    expect(answer.status).toBe(403)
    const rest = await api.call('POST', '/plans', {
      body: { kind: 'backfill', pipeline: 'departures', from: '2026-01-01', to: '2026-01-02' },
      headers: { authorization: '', ...admin(), ...headers },
    })
    expect(rest.status).toBe(403)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'is a form of %s: nothing is written, even from our own pages',
    async (type) => {
      const answer = await trpc('users.create', {
        headers: { ...ours, ...admin(), 'content-type': type },
        body: input,
      })
      expect([400, 415]).toContain(answer.status)
    },
  )

  it('wrote no user', async () => {
    const { rows } = await api.services.pool.query(`SELECT 1 FROM user_account WHERE email LIKE 'mallory%'`)
    expect(rows).toEqual([])
  })
})

describe('[attack 5] a write in other clothes', () => {
  it('by GET changes nothing', async () => {
    const { cookie } = sessionOf('admin')
    const input = encodeURIComponent(JSON.stringify({ json: { id: 'x' } }))
    expect((await trpc(`users.endSessions?input=${input}`, { method: 'GET', headers: cookie })).status).toBe(
      405,
    )
    expect((await trpc('auth.signOut', { method: 'GET', headers: cookie })).status).toBe(405)
  })

  it('in a batch of ten thousand calls is refused whole', async () => {
    const path = Array.from({ length: 10_000 }, () => 'a').join(',')
    expect((await mutate(`${path}?batch=1`, {}, 'admin')).status).toBe(400)
  })
})

describe('[attack 6] what is another person’s', () => {
  it('session is not seen and not ended', async () => {
    const list = JSON.parse((await query('auth.sessions', null, 'admin')).text) as {
      result: { data: { json: { id: string }[] } }
    }
    const [victim] = list.result.data.json
    expect(victim?.id).toMatch(/^[0-9a-f]{24}$/)
    expect((await query('auth.sessions', null, 'viewer')).text).not.toContain(victim?.id)
    expect((await mutate('auth.endSessions', { id: victim?.id }, 'viewer')).status).toBe(404)
    expect((await query('auth.sessions', null, 'admin')).status).toBe(200)
  })

  it('password is not changed by naming its owner', async () => {
    const change = { current: password, next: 'another long password' }
    const extra = { userId: sessionOf('admin').userId, principal: { id: sessionOf('admin').userId } }
    expect((await mutate('auth.changePassword', { ...change, ...extra }, 'viewer')).status).toBe(200)
    expect((await query('auth.me', null, 'admin')).text).toContain('admin@example.org')
    await expect(
      signIn(api.console, { email: 'admin@example.org', password, address: '192.0.2.9' }),
    ).resolves.toBeDefined()
  })
})

describe('[attack 7] fields that are not the asker’s to set', () => {
  it('in a sign-in make nobody more than they are', async () => {
    const input = { email: 'viewer@example.org', password: 'another long password' }
    const answer = await mutate('auth.signIn', { ...input, role: 'admin', scopes: ['admin'] }, 'nobody')
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('"role":"viewer"')
  })

  it('in a new user or token are not kept', async () => {
    const user = {
      email: 'over@example.org',
      password,
      role: 'viewer',
      id: '1',
      disabled: true,
      createdAt: 0,
    }
    expect((await mutate('users.create', user, 'admin')).status).toBe(200)
    const { rows } = await api.services.pool.query<{ role: string; disabled_at: Date | null; age: number }>(
      `SELECT role, disabled_at, extract(epoch FROM now() - created_at)::float8 AS age
         FROM user_account WHERE email = 'over@example.org'`,
    )
    expect(rows).toMatchObject([{ role: 'viewer', disabled_at: null }])
    expect(rows[0]?.age).toBeLessThan(3_600)
  })

  it.each([
    [
      '/plans',
      { kind: 'backfill', pipeline: 'departures', from: '2026-01-01', to: '2026-01-02', actor: 'x' },
    ],
    ['/plans', { kind: 'backfill', pipeline: 'departures', from: '2026-01-01', to: '2026-01-02', epoch: 9 }],
    ['/silences', { match: {}, reason: 'x', endsAt: '2030-01-01T00:00:00Z', actor: 'admin' }],
  ])('in a request to %s are refused by name: %j', async (path, body) => {
    const answer = await api.call('POST', path, { body })
    expect(answer.status).toBe(400)
    expect(answer.body.detail).toMatch(/actor|epoch|options/)
  })
})

describe('[attack 8] a session', () => {
  it('is never the one that the browser brought: signing in makes a new one', async () => {
    const fixed = cookieOf('F'.repeat(43))
    const answer = await mutate('auth.signIn', { email: 'operator@example.org', password }, 'nobody', fixed)
    expect(answer.headers.get('set-cookie')).toMatch(/^parallax_3000=(?!FFFF)[\w-]{43};/)
    expect((await trpc('auth.me', { method: 'GET', headers: fixed })).text).toContain('"json":null')
  })
})

describe('[attack 10] names and passwords out of all bounds', () => {
  it.each([
    ['of eight kilobytes', 'x'.repeat(8_192), password, 400],
    ['with NUL', 'a\0dmin@example.org', password, 401],
    ['with a lone surrogate', 'ad\ud800min@example.org', password, 401],
    ['that looks like another’s', 'аdmin@example.org', password, 401],
    ['with a new line', 'admin@example.org\r\nset-cookie: a=b', password, 401],
    ['with a password of a megabyte', 'admin@example.org', 'x'.repeat(2 ** 20), 413],
    ['with a password of ten kilobytes', 'admin@example.org', 'x'.repeat(10_240), 400],
    ['that is no text', { $ne: null }, password, 400],
  ])('%s sign nobody in and break nothing', async (_what, email, secret, status) => {
    const answer = await mutate('auth.signIn', { email, password: secret }, 'nobody')
    expect(answer.status).toBe(status)
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.text).not.toContain('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')
  })

  it('that differ only in form are one account', async () => {
    const same = { email: ' ADMIN@ｅxample.org ', password }
    expect((await mutate('auth.signIn', same, 'nobody')).text).toContain('admin@example.org')
  })
})

describe('[attack 15] SQL in what is asked', () => {
  const injection = `'; DROP TABLE user_account; --`

  it.each([
    `/pipelines/${encodeURIComponent(injection)}/values`,
    `/pipelines/departures/values?key=${encodeURIComponent(injection)}`,
    `/pipelines/departures/series?from=2026-01-01&to=2026-01-02&key=${encodeURIComponent(injection)}`,
    `/pipelines/departures/explain?windowStart=2026-01-01T00:00:00Z&key=${encodeURIComponent(injection)}`,
    `/audit?object=${encodeURIComponent(injection)}`,
    `/audit?text=${encodeURIComponent("%' OR '1'='1")}`,
    `/traces?pipeline=${encodeURIComponent(injection)}`,
    `/jobs?pipeline=${encodeURIComponent(injection)}`,
  ])('%s is text and nothing more', async (path) => {
    const { status } = await api.call('GET', path)
    expect([200, 400, 404]).toContain(status)
    expect((await api.services.pool.query('SELECT count(*) FROM user_account')).rows).toHaveLength(1)
  })

  it.each(['limit=1;DROP TABLE session', 'limit=1%27', 'cursor=%27%3B--', 'measure=flights%22'])(
    'a parameter of %s is refused',
    async (parameter) => {
      expect((await api.call('GET', `/pipelines/departures/values?${parameter}`)).status).toBe(400)
    },
  )
})

describe('[attack 17] a path in a name', () => {
  it.each([
    '/pipelines/..%2f..%2f..%2fetc%2fpasswd',
    '/pipelines/%2e%2e%2f%2e%2e',
    '/runbooks/..%2f..%2fREADME',
    '/jobs/..%5c..%5cwindows',
    '/slos/..%2f..%2fetc/openslo',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await api.call('GET', path)
    expect([400, 404]).toContain(status)
    expect(JSON.stringify(body)).not.toMatch(/root:|\/work|node_modules/)
  })

  it('a pipeline cannot be named like one', async () => {
    const named = (name: string) => ({ ...departures(), metadata: { name, title: 'T', owner: 'o' } })
    for (const name of ['../up', 'a/b', '.', '..', 'a\0b', 'A B', '-x', 'x'.repeat(200)])
      expect((await api.call('POST', '/pipelines', { body: named(name) })).status).toBe(400)
  })
})

describe('[attack 23] the registry', () => {
  const schema = (n: number) => JSON.stringify({ type: 'object', description: `number ${n}` })

  it('gives each of many at once a version of its own, without a gap', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        api.registry('POST', '/subjects/raced/versions', { body: { schema: schema(n), schemaType: 'JSON' } }),
      ),
    )
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const versions = (await api.registry('GET', '/subjects/raced/versions')).body as unknown as number[]
    expect(versions).toEqual(Array.from({ length: 12 }, (_, n) => n + 1))
  })

  it('gives the same schema sent by many at once one version', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        api.registry('POST', '/subjects/same/versions', { body: { schema: schema(0), schemaType: 'JSON' } }),
      ),
    )
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  })

  it('keeps subjects apart that differ in case', async () => {
    await api.registry('POST', '/subjects/Case/versions', { body: { schema: schema(1) } })
    expect((await api.registry('GET', '/subjects/case/versions')).status).toBe(404)
  })
})

describe('[attack 24] names of prototypes', () => {
  const polluted = () => (Object.prototype as { polluted?: unknown }).polluted

  it.each([
    [
      'tRPC input',
      '{"json":{"name":"departures","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
    ],
    [
      'paths of the transformer',
      '{"json":{"name":"departures"},"meta":{"values":{"__proto__.polluted":["Date"]}}}',
    ],
    [
      'equalities of the transformer',
      '{"json":{"name":"departures"},"meta":{"referentialEqualities":{"name":["__proto__.polluted"]}}}',
    ],
    [
      'classes of the transformer',
      '{"json":{"name":"departures"},"meta":{"values":{"name":[["class","constructor"]]}}}',
    ],
  ])('in %s change no object', async (_what, text) => {
    const answer = await trpc(`pipelines.get?input=${encodeURIComponent(text)}`, {
      method: 'GET',
      headers: sessionOf('viewer').cookie,
    })
    expect(polluted()).toBeUndefined()
    expect([200, 400, 404]).toContain(answer.status)
  })

  it('in a definition and in an event change no object', async () => {
    const text = JSON.stringify(departures()).replace('"spec":{', '"spec":{"__proto__":{"polluted":1},')
    const answer = await api.call('POST', '/pipelines', {
      body: text,
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(400)
    const event = JSON.stringify([flight('proto')]).replace('"data":{', '"data":{"__proto__":{"polluted":1},')
    const headers = { 'content-type': 'application/cloudevents-batch+json' }
    expect((await api.call('POST', '/events', { body: event, headers })).status).toBe(202)
    expect(polluted()).toBeUndefined()
  })
})

describe('[attack 25] a body that nests without end', () => {
  const deep = '['.repeat(60_000) + ']'.repeat(60_000)

  it.each([
    ['of a plan', 'POST', '/plans', 'application/json', `{"kind":${deep}}`.slice(0, 65_000)],
    ['of a definition', 'POST', '/pipelines', 'application/json', `{"spec":${deep}}`],
    ['of a definition in YAML', 'POST', '/pipelines', 'application/yaml', `spec: ${deep}`],
    ['of a definition in YAML whose aliases explode', 'POST', '/pipelines', 'application/yaml', bomb()],
    ['of events', 'POST', '/events', 'application/cloudevents-batch+json', deep],
  ])(
    '%s is refused by the asker’s own fault, and the process goes on',
    async (_what, method, path, type, body) => {
      const answer = await api.call(method, path, { body, headers: { 'content-type': type } })
      expect([400, 202]).toContain(answer.status)
      if (answer.status === 202) expect(answer.body).toMatchObject({ accepted: 0 })
      else expect(String(answer.body.detail)).not.toMatch(/stack|RangeError/)
      expect((await api.call('GET', '/pipelines/departures')).status).toBe(200)
    },
  )

  it('of a schema is refused', async () => {
    const schema = '{"items":'.repeat(20_000) + '{}' + '}'.repeat(20_000)
    const answer = await api.registry('POST', '/subjects/deep/versions', { body: { schema } })
    expect([400, 422]).toContain(answer.status)
    expect(String(answer.body.message)).not.toMatch(/stack|RangeError/)
  })

  it('to tRPC is refused, in a body and in the address', async () => {
    const headers = { ...ours, ...sessionOf('admin').cookie }
    expect((await trpc('users.create', { headers, body: `{"json":${deep}}` })).status).toBe(400)
    const input = encodeURIComponent(`{"json":{"name":${'['.repeat(4_000)}${']'.repeat(4_000)}}}`)
    const read = await trpc(`pipelines.get?input=${input}`, { method: 'GET', headers })
    expect(read.status).toBe(400)
  })
})

/** Nine lists of nine aliases each: a billion of the innermost when written out. */
function bomb(): string {
  const lists = Array.from({ length: 9 }, (_, i) => {
    const inner = i === 0 ? '"lol"' : `*a${i - 1}`
    return `a${i}: &a${i} [${Array.from({ length: 9 }, () => inner).join(', ')}]`
  })
  return lists.join('\n')
}

describe('[attack 27] [bad input] times, ranges and cursors that make no sense', () => {
  it.each([
    ['of a million windows', 'from=1900-01-01T00:00:00Z&to=2100-01-01T00:00:00Z', [200]],
    ['at the end of time', 'from=9999-12-31T23:59:59Z&to=+010000-01-01T00:00:00Z', [400]],
    ['before all time', 'from=-271821-04-20T00:00:00Z&to=2026-01-01T00:00:00Z', [200, 400]],
    ['beyond all time', 'from=2026-01-01T00:00:00Z&to=+275760-09-14T00:00:00Z', [400]],
    ['whose from is after its to', 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', [400]],
    ['of nothing', 'from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', [200, 400]],
    ['in numbers', 'from=NaN&to=Infinity', [400]],
  ])('a range %s is answered or refused, never a failure', async (_what, range, statuses: number[]) => {
    for (const what of ['values', 'series', 'divergence']) {
      const { status, body } = await api.call('GET', `/pipelines/departures/${what}?${range}`)
      expect([...statuses, 400], `${what}: ${JSON.stringify(body).slice(0, 300)}`).toContain(status)
      if (status === 400) expect(String(body.detail)).toMatch(/`?(from|to|range)`?|[Rr]ange|window|parameter/)
    }
  })

  it.each([
    'AAAA',
    '%00',
    'eyJ3IjoxfQ',
    'e30',
    btoa('[1e999,"x"]'),
    btoa('{"__proto__":1}'),
    'x'.repeat(4_000),
  ])('a forged cursor is refused: %s', async (cursor) => {
    const { status, body } = await api.call(
      'GET',
      `/pipelines/departures/values?cursor=${encodeURIComponent(cursor)}`,
    )
    expect(status).toBe(400)
    expect(body.detail).toMatch(/cursor/)
  })

  it.each([
    ['in 1970', '1970-01-01T00:00:00Z'],
    ['in 9999', '9999-12-31T23:59:59Z'],
    ['in another zone by a day', '2026-01-31T08:00:00+24:00'],
    ['of a leap second', '2016-12-31T23:59:60Z'],
    ['25 hours ahead', new Date(Date.now() + 25 * 3_600_000).toISOString()],
    ['that is no time', 'NaN'],
  ])('an event %s is taken or refused by itself, and its neighbour is taken', async (what, time) => {
    const body = JSON.stringify([flight(`odd-${what}`, { time }), flight(`good-${what}`)])
    const headers = { 'content-type': 'application/cloudevents-batch+json' }
    const answer = await api.call('POST', '/events', { body, headers })
    expect(answer.status).toBe(202)
    const { accepted, rejected } = answer.body as {
      accepted: number
      rejected: { code: string; message: string }[]
    }
    expect(accepted + rejected.length).toBe(2)
    expect(accepted).toBeGreaterThanOrEqual(1)
    for (const { message } of rejected) expect(message).toMatch(/time/)
  })
})

describe('[attack 35] answers', () => {
  it('are kept by nobody, and no name of the host is in them', async () => {
    const host = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    const answers = [
      await api.call('GET', '/pipelines', { headers: host }),
      await api.call('GET', '/pipelines/none', { headers: host }),
      await api.call('GET', '/openapi.json', { headers: host }),
      await api.call('GET', '/audit', { headers: { authorization: '', ...host } }),
      await api.call('POST', '/pipelines', { body: departures(), headers: host }),
    ]
    for (const { headers, body } of answers) {
      expect(headers.get('cache-control')).toBe('no-store')
      expect(JSON.stringify([body, [...headers]])).not.toContain('evil.example')
    }
    const read = await trpc('auth.me', { method: 'GET', headers: host })
    expect(read.headers.get('cache-control')).toBe('no-store')
  })
})
