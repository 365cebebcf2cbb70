import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '../../clients'
import { createToken, createUser, signIn, type Scope } from '../../auth'
import { startTestApi, departures, flight, type TestApi } from '../testing'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const structured = { 'content-type': 'application/cloudevents+json' }
const batch = { 'content-type': 'application/cloudevents-batch+json' }
const lines = { 'content-type': 'application/x-ndjson' }
const yaml = { 'content-type': 'application/yaml' }

describe('problems', () => {
  it('are problem+json with a type, a title, the status, a code, what to do and the request id', async () => {
    const answer = await api.call('GET', '/nothing', { headers: { 'x-request-id': 'abc-1' } })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body).toMatchObject({
      type: 'urn:parallax:problem:not-found',
      title: 'Not found',
      status: 404,
      code: 'not_found',
      requestId: 'abc-1',
    })
  })

  it('name the methods an address has', async () => {
    const answer = await api.call('DELETE', '/events')
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
  })

  it.each(['/lineage'])('%s does not exist yet and says so', async (path) => {
    expect((await api.call('GET', path)).status).toBe(404)
  })

  it('tell nothing of an error nobody foresaw', async () => {
    const { query } = api.services.pool
    api.services.pool.query = () => Promise.reject(new Error('secret-canary'))
    const answer = await api.call('GET', '/jobs')
    api.services.pool.query = query
    expect(answer.status).toBe(500)
    expect(JSON.stringify(answer.body)).not.toContain('secret-canary')
  })
})

describe('signing in', () => {
  const tokenWith = async (scopes: Scope[]) => {
    const { secret } = await inTransaction(api.services.pool, (client) =>
      createToken(client, api.console.clock, {
        name: scopes.join(),
        scopes,
        expiresAt: null,
        createdBy: 'test',
      }),
    )
    return { authorization: `Bearer ${secret}` }
  }

  it.each([
    ['no token', { authorization: '' }],
    ['a wrong token', { authorization: 'Bearer wrong' }],
    ['a token in another scheme', { authorization: 'Basic YTpi' }],
  ])('with %s is 401 and says how', async (_what, headers) => {
    const answer = await api.call('GET', '/pipelines', { headers })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
  })

  it.each([
    ['read', 'POST', '/events'],
    ['read', 'POST', '/pipelines'],
    ['read', 'POST', '/plans'],
    ['events:write', 'GET', '/pipelines'],
    ['pipelines:write', 'POST', '/plans'],
  ] as const)('with the scope %s alone may not %s %s', async (scope, method, path) => {
    const answer = await api.call(method, path, { headers: await tokenWith([scope]) })
    expect(answer.status).toBe(403)
    expect(answer.body.code).toBe('forbidden')
  })

  it('by cookie reads, but writes only from our own pages', async () => {
    const password = 'correct horse battery staple'
    await inTransaction(api.services.pool, (client) =>
      createUser(client, { email: 'op@example.org', password, role: 'operator' }),
    )
    const { token } = await signIn(api.console, { email: 'op@example.org', password, address: 'x' })
    const cookie = { authorization: '', host: 'localhost:3000', cookie: `parallax_3000=${token}` }
    expect((await api.call('GET', '/pipelines', { headers: cookie })).status).toBe(200)
    const write = (headers: Record<string, string>) =>
      api.call('POST', '/pipelines', { body: { x: 1 }, headers: { ...cookie, ...headers } })
    expect((await write({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await write({})).status).toBe(403)
    expect((await write({ 'sec-fetch-site': 'same-origin' })).status).toBe(400)
  })
})

describe('POST /events', () => {
  it('takes all four content types', async () => {
    const one = await api.call('POST', '/events', { body: JSON.stringify(flight('s1')), headers: structured })
    expect(one).toMatchObject({ status: 202, body: { accepted: 1, duplicates: 0, rejected: [] } })
    const many = JSON.stringify([flight('b1'), flight('b2')])
    expect((await api.call('POST', '/events', { body: many, headers: batch })).body.accepted).toBe(2)
    const text = `${JSON.stringify(flight('l1'))}\n\n${JSON.stringify(flight('l2'))}\n`
    expect((await api.call('POST', '/events', { body: text, headers: lines })).body.accepted).toBe(2)
    const headers = {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'bin1',
      'ce-source': 'test',
      'ce-type': 'flight.departed',
      'ce-time': '2026-01-31T08:00:00Z',
    }
    const binary = await api.call('POST', '/events', { body: '{"origin":"SFO","distance":1}', headers })
    expect(binary).toMatchObject({ status: 202, body: { accepted: 1 } })
  })

  it('counts an event that was sent before as a duplicate', async () => {
    await api.call('POST', '/events', { body: JSON.stringify(flight('twice')), headers: structured })
    const again = await api.call('POST', '/events', {
      body: JSON.stringify(flight('twice')),
      headers: structured,
    })
    expect(again.body).toMatchObject({ accepted: 0, duplicates: 1 })
  })

  it('rejects bad events one by one and takes the rest', async () => {
    const events = [
      flight('good'),
      flight('bad-time', { time: 'yesterday' }),
      flight('far', { time: '2126-01-01T00:00:00Z' }),
      { ...flight('x'), id: 7 },
      'text',
      flight('old', { time: '1999-12-31T23:59:59Z' }),
    ]
    const answer = await api.call('POST', '/events', { body: JSON.stringify(events), headers: batch })
    expect(answer.status).toBe(202)
    expect(answer.body.accepted).toBe(2)
    expect(
      (answer.body.rejected as { index: number; code: string }[]).map(({ index, code }) => [index, code]),
    ).toEqual([
      [1, 'invalid_time'],
      [2, 'time_too_far_in_future'],
      [3, 'invalid_attribute'],
      [4, 'not_an_object'],
    ])
  })

  it('refuses content it cannot read, each with its own status', async () => {
    const post = async (body: string, headers: Record<string, string>) =>
      (await api.call('POST', '/events', { body, headers })).status
    expect(await post('{', batch)).toBe(400)
    expect(await post('x', { 'content-type': 'text/csv' })).toBe(415)
    expect(await post('x', { ...batch, 'content-encoding': 'br' })).toBe(415)
    expect(await post('x', { ...batch, 'content-encoding': 'gzip' })).toBe(400)
    expect(await post('[', { ...batch, 'content-length': String(10 ** 9) })).toBe(413)
  })

  it('checks an event against the schema of its type', async () => {
    const schema = JSON.stringify({ type: 'object', required: ['n'], properties: { n: { type: 'number' } } })
    await api.registry('POST', '/subjects/checked/versions', { body: { schema, schemaType: 'JSON' } })
    const events = [
      flight('ok', { type: 'checked', data: { n: 1 } }),
      flight('no', { type: 'checked', data: {} }),
    ]
    const answer = await api.call('POST', '/events', { body: JSON.stringify(events), headers: batch })
    expect(answer.body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, id: 'no', code: 'schema_violation' }],
    })
  })
})

describe('pipelines', () => {
  it('are created by JSON and changed by YAML, each change a version, no change none', async () => {
    const created = await api.call('POST', '/pipelines', { body: departures() })
    expect(created).toMatchObject({ status: 201, body: { name: 'departures', version: 1, changed: true } })
    const same = await api.call('PUT', '/pipelines/departures', { body: departures() })
    expect(same).toMatchObject({ status: 200, body: { version: 1, changed: false } })
    const text = (await api.call('GET', '/pipelines/departures', { headers: { accept: 'application/yaml' } }))
      .body.text
    const again = await api.call('PUT', '/pipelines/departures', { body: String(text), headers: yaml })
    expect(again.body).toMatchObject({ version: 1, changed: false })
    const changed = await api.call('PUT', '/pipelines/departures', {
      body: String(text).replace('Departures by airport', 'Departures'),
      headers: yaml,
    })
    expect(changed.body).toMatchObject({ version: 2, changed: true, recomputes: false })
    const wider = await api.call('PUT', '/pipelines/departures', {
      body: departures({ window: { size: '20s' } }),
    })
    expect(wider.body).toMatchObject({ version: 3, recomputes: true })
    await api.call('PUT', '/pipelines/departures', { body: departures() })
  })

  it('are listed and told', async () => {
    const list = await api.call('GET', '/pipelines')
    expect(list.body.pipelines).toMatchObject([{ name: 'departures', status: { health: 'bad' } }])
    const one = await api.call('GET', '/pipelines/departures')
    expect(one.body).toMatchObject({ name: 'departures', version: 4, definition: { kind: 'Pipeline' } })
    const history = await api.call('GET', '/pipelines/departures/definitions')
    expect((history.body.definitions as unknown[]).length).toBe(4)
  })

  it('tell their status', async () => {
    const { status, body } = await api.call('GET', '/pipelines/departures/status')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      watermark: null,
      epoch: 0,
      catchUpEta: null,
      timeToDataLoss: null,
      archive: { segments: 0 },
      workers: [],
      durability: { store: {} },
    })
    const lag = body.lag as { events: number; seconds: number; messages: number }
    expect(lag.messages).toBeGreaterThan(0)
    expect(lag.seconds).toBeGreaterThan(0)
  })

  it('can be tried without being changed', async () => {
    const answer = await api.call('PUT', '/pipelines/departures?dryRun=true', {
      body: departures({ window: { size: '30s' } }),
    })
    expect(answer.body).toMatchObject({ dryRun: true, changed: true, recomputes: true, version: 5 })
    expect((await api.call('GET', '/pipelines/departures')).body.version).toBe(4)
  })

  it('warn of a schema that is not registered', async () => {
    const named = {
      ...departures({ schema: 'nobody.knows' }),
      metadata: { name: 'warned', title: 'W', owner: 'me' },
    }
    const answer = await api.call('POST', '/pipelines', { body: named })
    expect(answer).toMatchObject({ status: 201, body: { problems: [{ path: 'spec.schema' }] } })
    expect((await api.call('DELETE', '/pipelines/warned?reason=test')).status).toBe(204)
    expect((await api.call('GET', '/pipelines/warned')).status).toBe(404)
  })

  it.each([
    ['an unknown field', departures({ windw: { size: '10s' } }), /windw/],
    ['an absurd window', departures({ window: { size: '0s' } }), /spec\.window/],
    ['a window of years', departures({ window: { size: '9000d' } }), /spec\.window/],
    ['a broken expression', departures({ filter: 'data.distance >' }), /spec\.filter/],
    ['no measures', departures({ measures: {} }), /spec\.measures/],
    ['a list', [1], /document/],
  ])('are refused with %s, naming the path', async (_what, body, path) => {
    const answer = await api.call('POST', '/pipelines', { body })
    expect(answer.status).toBe(400)
    expect(answer.body.detail).toMatch(path)
    expect((answer.body.problems as unknown[]).length).toBeGreaterThan(0)
  })

  it('are refused in text that is not JSON, not YAML, too large or of another type', async () => {
    const put = async (body: string, type: string) =>
      (await api.call('PUT', '/pipelines/departures', { body, headers: { 'content-type': type } })).status
    expect(await put('{', 'application/json')).toBe(400)
    expect(await put('a: [', 'application/yaml')).toBe(400)
    expect(await put('x'.repeat(300_000), 'application/yaml')).toBe(413)
    expect(await put('<a/>', 'application/xml')).toBe(415)
  })

  it('keep the name of their address', async () => {
    const answer = await api.call('PUT', '/pipelines/other', { body: departures() })
    expect(answer.status).toBe(400)
    expect(answer.body.detail).toMatch(/metadata\.name/)
  })
})

describe('GET …/values', () => {
  it('is an empty page with its boundary, position and watermark before anything is counted', async () => {
    const answer = await api.call(
      'GET',
      '/pipelines/departures/values?from=2026-01-31T00:00:00Z&to=2026-02-01',
    )
    expect(answer).toMatchObject({
      status: 200,
      body: { values: [], boundary: null, watermark: null, nextCursor: null },
    })
  })

  it.each([
    ['from after to', 'from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', /from/],
    ['an unreadable from', 'from=yesterday', /`from`/],
    ['an unreadable to', 'to=2026-13-01T00:00:00Z', /`to`/],
    ['a local time', 'from=2026-01-01T00:00:00', /`from`/],
    ['a limit of nothing', 'limit=0', /`limit`/],
    ['a limit too large', 'limit=100000', /`limit`/],
    ['a limit that is no number', 'limit=ten', /`limit`/],
    ['a forged cursor', 'cursor=AAAA', /cursor/],
    ['an unknown measure', 'measure=nothing', /measure/],
    ['an unknown parameter', 'form=2026-01-01T00:00:00Z', /form/],
    ['a parameter given twice', 'limit=1&limit=2', /limit/],
    ['a key with NUL', 'key=%00', /`key`/],
    ['an unreadable asOf', 'asOf=now', /`asOf`/],
  ])('refuses %s and names it', async (_what, query, named) => {
    const answer = await api.call('GET', `/pipelines/departures/values?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.body.detail).toMatch(named)
  })

  it('is 404 for a pipeline nobody knows', async () => {
    expect((await api.call('GET', '/pipelines/none/values')).status).toBe(404)
    expect((await api.call('GET', '/pipelines/a%00b/values')).status).toBe(404)
    expect((await api.call('GET', '/pipelines/%zz/values')).status).toBe(400)
  })

  it('reads a zone whose + was left unescaped', async () => {
    const answer = await api.call('GET', '/pipelines/departures/values?from=2026-01-31T00:00:00+01:00')
    expect(answer.status).toBe(200)
  })
})

describe('series and versions', () => {
  it('answer for a pipeline without data', async () => {
    const series = await api.call(
      'GET',
      '/pipelines/departures/series?from=2026-01-31T08:00:00Z&to=2026-01-31T09:00:00Z',
    )
    expect(series).toMatchObject({ status: 200, body: { points: [], stepMs: 10_000 } })
    const versions = await api.call('GET', '/pipelines/departures/versions')
    expect(versions).toMatchObject({ status: 200, body: { versions: [], publication: 0, boundary: null } })
  })
})

describe('the schema registry', () => {
  const schema = JSON.stringify({ type: 'object', properties: { a: { type: 'string' } } })

  it('registers, lists and gets as the Confluent calls do', async () => {
    const first = await api.registry('POST', '/subjects/orders/versions', {
      body: { schema, schemaType: 'JSON' },
    })
    expect(first.status).toBe(200)
    const again = await api.registry('POST', '/subjects/orders/versions', {
      body: { schema: ` ${schema}` },
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    })
    expect(again.body.id).toBe(first.body.id)
    expect((await api.registry('GET', '/subjects/orders/versions')).body).toEqual([1])
    expect((await api.registry('GET', '/subjects')).body).toContain('orders')
    const latest = await api.registry('GET', '/subjects/orders/versions/latest')
    expect(latest.body).toMatchObject({
      subject: 'orders',
      version: 1,
      id: first.body.id,
      schemaType: 'JSON',
    })
    const byId = await api.registry('GET', `/schemas/ids/${String(first.body.id)}`)
    expect(JSON.parse(String(byId.body.schema))).toEqual(JSON.parse(schema))
  })

  it.each([
    ['an unknown subject', 'GET', '/subjects/none/versions', undefined, 404, 40401],
    ['an unknown version', 'GET', '/subjects/orders/versions/9', undefined, 404, 40402],
    ['a version that is no number', 'GET', '/subjects/orders/versions/x', undefined, 422, 42202],
    ['an unknown id', 'GET', '/schemas/ids/99999', undefined, 404, 40403],
    [
      'a schema that is no schema',
      'POST',
      '/subjects/a/versions',
      { schema: '{"type":"nonsense"}' },
      422,
      42201,
    ],
    ['a schema that is no JSON', 'POST', '/subjects/a/versions', { schema: '{' }, 422, 42201],
    ['another schema type', 'POST', '/subjects/a/versions', { schema: '{}', schemaType: 'AVRO' }, 400, 42201],
  ])('answers %s with its error code', async (_what, method, path, body, status, errorCode) => {
    const answer = await api.registry(method, path, body ? { body } : {})
    expect(answer).toMatchObject({ status, body: { error_code: errorCode } })
  })
})

describe('plans, jobs and the trail', () => {
  it.each([
    [
      'from after to',
      { kind: 'backfill', pipeline: 'departures', from: '2026-02-01', to: '2026-01-01' },
      /from/,
    ],
    ['an unknown kind', { kind: 'erase', pipeline: 'departures' }, /kind/],
    ['no range', { kind: 'reconcile', pipeline: 'departures' }, /`from`/],
    [
      'a made-up option',
      {
        kind: 'backfill',
        pipeline: 'departures',
        from: '2026-01-01',
        to: '2026-02-01',
        options: { mode: 'some' },
      },
      /options\.mode/,
    ],
    [
      'keys',
      { kind: 'backfill', pipeline: 'departures', from: '2026-01-01', to: '2026-02-01', keys: [] },
      /keys/,
    ],
    ['a forged version', { kind: 'rollback', pipeline: 'departures', options: { version: -1 } }, /options/],
  ])('refuse %s', async (_what, body, named) => {
    const answer = await api.call('POST', '/plans', { body })
    expect(answer.status).toBe(400)
    expect(answer.body.detail).toMatch(named)
  })

  it('are 404 for ids nobody knows', async () => {
    const id = '7b7d2f4e-6c5b-4a39-8a0e-3f2d1c0b9a88'
    expect((await api.call('GET', `/plans/${id}`)).status).toBe(404)
    expect((await api.call('GET', '/plans/nonsense')).status).toBe(404)
    expect((await api.call('POST', `/plans/${id}/apply`, { body: { reason: 'x' } })).status).toBe(404)
    expect((await api.call('GET', `/jobs/${id}`)).status).toBe(404)
    expect((await api.call('POST', `/jobs/${id}/cancel`)).status).toBe(404)
    expect(
      (
        await api.call('POST', '/plans', {
          body: { kind: 'rollback', pipeline: 'none', options: { version: 1 } },
        })
      ).status,
    ).toBe(404)
  })

  it('[law 8] every change so far is in the audit trail, whole', async () => {
    const trail = await api.call('GET', '/audit?limit=5')
    expect((trail.body.entries as unknown[]).length).toBe(5)
    expect(trail.body.nextBefore).not.toBeNull()
    expect((await api.call('GET', '/audit/verification')).body).toMatchObject({ brokenAt: null })
    expect((await api.call('GET', '/dead-letters')).body).toMatchObject({ deadLetters: [] })
  })
})

describe('openapi.json', () => {
  it('needs no token and names every route with its parameters', async () => {
    const { status, body } = await api.call('GET', '/openapi.json', { headers: { authorization: '' } })
    expect(status).toBe(200)
    expect(body.openapi).toBe('3.1.0')
    const paths = body.paths as Record<string, { get?: { parameters: { name: string }[] } }>
    expect(Object.keys(paths)).toContain('/api/v1/plans/{id}/apply')
    expect(paths['/api/v1/pipelines/{name}/values']?.get?.parameters.map(({ name }) => name)).toEqual([
      'name',
      'from',
      'to',
      'key',
      'measure',
      'limit',
      'cursor',
      'asOf',
    ])
  })
})
