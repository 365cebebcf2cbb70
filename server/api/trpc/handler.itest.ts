import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createUser } from '../../auth'
import { inTransaction } from '../../clients'
import { handleMetrics } from '../rest/metrics'
import { handleReadyz, handleHealthz } from '../rest/health'
import { departures, startTestApi, type TestApi } from '../testing'
import { handleTrpc } from './handler'

let api: TestApi
const password = 'correct horse battery staple'
const open = () => Promise.resolve(api.console)

beforeAll(async () => {
  api = await startTestApi()
  await inTransaction(api.services.pool, (client) =>
    createUser(client, { email: 'vi@example.org', password, role: 'viewer' }),
  )
})
afterAll(() => api[Symbol.asyncDispose]())

const own = { host: 'localhost:3000', origin: 'http://localhost:3000', 'content-type': 'application/json' }

const post = (path: string, input: unknown, headers: Record<string, string> = {}) =>
  handleTrpc(
    new Request(`http://localhost:3000/api/trpc/${path}`, {
      method: 'POST',
      headers: { ...own, ...headers },
      body: JSON.stringify({ json: input }),
    }),
    open,
  )

const get = (path: string, headers: Record<string, string> = {}) =>
  handleTrpc(new Request(`http://localhost:3000/api/trpc/${path}`, { headers: { ...own, ...headers } }), open)

const signIn = async () => {
  const response = await post('auth.signIn', { email: 'vi@example.org', password })
  return response.headers.get('set-cookie')?.split(';')[0] ?? ''
}

describe('signing in over tRPC', () => {
  it('sets a cookie that the next request is known by, and signing out ends it', async () => {
    const response = await post('auth.signIn', { email: 'vi@example.org', password })
    expect(response.status).toBe(200)
    expect(response.headers.get('set-cookie')).toMatch(
      /^parallax_3000=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax/,
    )
    expect(response.headers.get('cache-control')).toBe('no-store')
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
    const me = (await (await get('auth.me', { cookie })).json()) as { result: { data: { json: unknown } } }
    expect(me.result.data.json).toEqual({ kind: 'user', name: 'vi@example.org', role: 'viewer' })
    expect((await post('auth.signOut', null, { cookie })).status).toBe(200)
    expect((await get('pipelines.list', { cookie })).status).toBe(401)
  })

  it('is secure over https', async () => {
    const response = await post(
      'auth.signIn',
      { email: 'vi@example.org', password },
      { 'x-forwarded-proto': 'https', origin: 'https://localhost:3000' },
    )
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-parallax=.*Secure/)
  })

  it('is refused from another site', async () => {
    const response = await post(
      'auth.signIn',
      { email: 'vi@example.org', password },
      { origin: 'https://evil.example' },
    )
    expect(response.status).toBe(403)
    expect(response.headers.get('set-cookie')).toBeNull()
  })
})

describe('the tRPC face', () => {
  it('does not change anything by GET', async () => {
    const cookie = await signIn()
    expect((await get('auth.signOut', { cookie })).status).toBe(405)
    expect((await get('pipelines.list', { cookie })).status).toBe(200)
  })

  it('[law 11] refuses a batch of a thousand calls and a body that is too large', async () => {
    const cookie = await signIn()
    const path = Array.from({ length: 1_000 }, () => 'auth.me').join(',')
    expect((await get(`${path}?batch=1&input=%7B%7D`, { cookie })).status).toBe(400)
    expect((await post('auth.signIn', { email: 'x'.repeat(600_000), password: 'x' })).status).toBe(413)
  })

  it('tells nothing of an error nobody foresaw', async () => {
    const cookie = await signIn()
    const { query } = api.services.pool
    api.services.pool.query = ((...args: unknown[]) =>
      JSON.stringify(args).includes('pipeline-list')
        ? Promise.reject(new Error('secret-canary'))
        : (query as (...all: unknown[]) => unknown).apply(api.services.pool, args)) as never
    const response = await get('pipelines.list', { cookie })
    api.services.pool.query = query
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret-canary')
  })

  it('keeps the words and the details of an error that is meant for people', async () => {
    const cookie = await signIn()
    const response = await get(`pipelines.get?input=${encodeURIComponent('{"json":{"name":"none"}}')}`, {
      cookie,
    })
    const body = (await response.json()) as {
      error: { json: { message: string; data: { appCode: string } } }
    }
    expect(response.status).toBe(404)
    expect(body.error.json).toMatchObject({
      message: expect.stringContaining('none') as string,
      data: { appCode: 'not_found' },
    })
  })

  it('answers 503 while the console cannot be opened', async () => {
    const failing = () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))
    const response = await handleTrpc(new Request('http://localhost:3000/api/trpc/auth.me'), failing)
    expect(response.status).toBe(503)
  })
})

describe('health and metrics', () => {
  it('the process answers', () => {
    expect(handleHealthz().status).toBe(200)
  })

  it('readiness names each dependency and what a power cut can lose', async () => {
    const response = await handleReadyz(open)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      status: 'ready',
      dependencies: {
        postgres: { health: 'ok' },
        nats: { health: 'ok' },
        log: { health: 'ok' },
        workers: { health: 'bad' },
      },
      durability: { log: { server: expect.stringMatching(/^nats-server/) as string }, store: {} },
    })
  })

  it('readiness is 503 while a dependency is away, and names no host', async () => {
    const failing = () =>
      Promise.reject(Object.assign(new Error('connect 10.1.2.3'), { code: 'ECONNREFUSED' }))
    const response = await handleReadyz(failing)
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('10.1.2.3')
  })

  it('metrics are Prometheus text, per pipeline', async () => {
    await api.call('POST', '/pipelines', { body: departures() })
    const local = new Request('http://localhost:3000/metrics', { headers: { 'x-parallax-local': '1' } })
    const response = await handleMetrics(local, open)
    const text = await response.text()
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(text).toContain('parallax_dependency_up{dependency="postgres"} 1')
    expect(text).toContain('parallax_pipeline_lag_events{pipeline="departures"} 0')
    expect(text).not.toContain('parallax_pipeline_watermark_seconds{pipeline="departures"}')
  })
})
