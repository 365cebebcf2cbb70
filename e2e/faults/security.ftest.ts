import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProduct, type Product } from '../product/start-product'

let product: Product
let cookie = ''

const markup = '"><img src=x onerror=alert(1)><script>alert(2)</script>'

beforeAll(async () => {
  product = await startProduct({ feed: 'none' })
  const answer = await fetch(`${product.url}/api/trpc/auth.signIn`, {
    method: 'POST',
    body: JSON.stringify({ json: product.admin }),
    headers: { origin: product.url, 'content-type': 'application/json' },
  })
  cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const made = await product.call('/api/v1/pipelines', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'parallax/v1',
      kind: 'Pipeline',
      metadata: { name: 'marked-up', title: markup, owner: markup },
      spec: {
        events: { type: 'marked.up' },
        key: 'data.key',
        window: { size: '10s' },
        lateness: { outOfOrder: '5s', allowed: '30s', beyond: 'defer' },
        dedupe: { horizon: '10m' },
        measures: { events: { count: true } },
        batch: { every: '5m' },
      },
    }),
  })
  expect(made.status).toBe(201)
})
afterAll(() => product.stop())

const page = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${product.url}${path}`, { headers: { cookie, ...headers }, redirect: 'manual' })

const pages = ['/', '/pipelines', '/pipelines/marked-up', '/settings', '/audit', '/sign-in', '/nothing-here']

describe('every page', () => {
  it.each(pages)(
    '[attack 11] [attack 14] [attack 35] %s has the headers, and scripts by its own nonce alone',
    async (path) => {
      const [first, second] = [await page(path), await page(path)]
      const policy = first.headers.get('content-security-policy') ?? ''
      const nonce = /script-src 'self' 'nonce-([\w+/=]+)' 'strict-dynamic'/.exec(policy)?.[1] ?? ''
      expect(nonce).toHaveLength(24)
      expect(second.headers.get('content-security-policy')).not.toContain(nonce)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("object-src 'none'")
      expect(first.headers.get('x-frame-options')).toBe('DENY')
      expect(first.headers.get('x-content-type-options')).toBe('nosniff')
      expect(first.headers.get('cache-control')).toMatch(/no-store/)
      expect(first.headers.get('x-powered-by')).toBeNull()
      const scripts = [...(await first.text()).matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)
      expect(scripts.length).toBeGreaterThan(2)
      expect(scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([])
    },
  )

  it('[attack 11] shows mark-up in a title as text', async () => {
    for (const path of ['/pipelines', '/pipelines/marked-up']) {
      const text = await (await page(path)).text()
      expect(text).not.toContain('<img src=x')
      expect(text).not.toContain('<script>alert(2)')
    }
  })

  it('[attack 12] gives nothing of its address back as mark-up', async () => {
    const given = encodeURIComponent(markup)
    for (const path of [
      `/sign-in?next=${given}`,
      `/pipelines/${given}`,
      `/audit?text=${given}`,
      `/${given}`,
    ]) {
      const text = await (await page(path)).text()
      expect(text).not.toContain('<img src=x')
      expect(text).not.toContain('<script>alert(2)')
    }
  })

  it('[attack 2] is not opened by a header that skips what stands before it', async () => {
    const skip = {
      cookie: '',
      'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware',
    }
    const text = await (await page('/pipelines', skip)).text()
    expect(text).not.toContain('marked-up')
    expect((await fetch(`${product.url}/api/v1/pipelines`, { headers: skip })).status).toBe(401)
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])(
    'takes no %s, so that no server action can be called',
    async (method) => {
      const headers = { cookie, 'next-action': 'x'.repeat(42), 'content-type': 'text/plain;charset=UTF-8' }
      const answer = await fetch(`${product.url}/pipelines`, {
        method,
        headers,
        body: '["$1:__proto__:then"]',
      })
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('GET, HEAD')
    },
  )
})

describe('[attack 36] what nobody need know', () => {
  it('is not served: source maps, the environment, the server’s own files', async () => {
    const root = join('.next', 'static')
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([])
    const [chunk] = files.filter((file) => file.endsWith('.js'))
    expect((await page(`/_next/static/${chunk ?? ''}`)).status).toBe(200)
    for (const path of [
      `/_next/static/${chunk ?? ''}.map`,
      '/.env',
      '/.git/config',
      '/package.json',
      '/_next/server/app/page.js',
      '/_next/static/../server/app/page.js',
      '/_next/static/%2e%2e/%2e%2e/package.json',
      '/_next/image?url=%2Ficon.svg&w=64&q=75',
      '/jsz',
      '/varz',
    ])
      expect((await page(path)).status, path).toBeGreaterThanOrEqual(400)
  })

  it('[attack 37] is not in what browsers load: no secret, no address of a service', () => {
    const root = join('.next', 'static')
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(js|css)$/.test(file),
    )
    expect(files.length).toBeGreaterThan(10)
    const secrets = [
      product.token,
      product.admin.password,
      readFileSync(join(product.dataDir, 'postgres.password'), 'utf8').trim(),
      'DATABASE_URL',
      'PARALLAX_API_TOKEN',
      'PARALLAX_ADMIN_PASSWORD',
      'token_hash',
    ]
    for (const file of files) {
      const text = readFileSync(join(root, file), 'utf8')
      expect(
        secrets.filter((secret) => text.includes(secret)),
        file,
      ).toEqual([])
    }
  })

  it('[attack 37] is not in the logs: passwords, tokens, sessions', async () => {
    await fetch(`${product.url}/api/v1/pipelines`, { headers: { authorization: 'Bearer plx_canary-token' } })
    await fetch(`${product.url}/api/trpc/auth.signIn`, {
      method: 'POST',
      body: JSON.stringify({ json: { email: 'canary@example.org', password: 'canary-password-123' } }),
      headers: { origin: product.url, 'content-type': 'application/json' },
    })
    const logs = readdirSync(product.dataDir, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.log'),
    )
    expect(logs.length).toBeGreaterThan(1)
    const session = cookie.split('=')[1] ?? ''
    expect(session).toHaveLength(43)
    for (const file of logs) {
      const text = readFileSync(join(product.dataDir, file), 'utf8')
      for (const canary of [
        'plx_canary-token',
        'canary-password-123',
        session,
        product.token,
        product.admin.password,
      ])
        expect(text.includes(canary), `${canary} in ${file}`).toBe(false)
    }
  })
})

/** Bytes as they are, without a client that would put them right; what came back until the other side closed. */
function raw(text: string, waitMs = 5_000): Promise<string> {
  const { port } = new URL(product.url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text))
    let said = ''
    socket.on('data', (chunk) => (said += chunk.toString('latin1')))
    socket.on('close', () => resolve(said))
    socket.on('error', () => resolve(said))
    socket.setTimeout(waitMs, () => socket.destroy())
  })
}

describe('[attack 25] requests that are two things at once', () => {
  const head = () =>
    `POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${product.token}\r\ncontent-type: application/cloudevents-batch+json\r\n`
  const hidden = 'GET /api/v1/audit HTTP/1.1\r\nhost: localhost\r\n\r\n'
  const statuses = (said: string) =>
    [...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))

  it.each([
    [
      'a length and chunks',
      () => `${head()}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    ['two lengths', () => `${head()}content-length: 2\r\ncontent-length: 40\r\n\r\n[]${hidden}`],
    [
      'an encoding that is none',
      () => `${head()}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    ['a space before the colon', () => `${head()}content-length : 2\r\n\r\n[]${hidden}`],
    ['a bare line feed in a header', () => `${head()}x: a\nb\r\ncontent-length: 2\r\n\r\n[]${hidden}`],
    ['no host', () => 'GET /api/v1/audit HTTP/1.1\r\n\r\n'],
    ['a negative length', () => `${head()}content-length: -5\r\n\r\n[]${hidden}`],
    [
      'a chunk whose size is no number',
      () => `${head()}transfer-encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n${hidden}`,
    ],
  ])('%s: are refused, and what hides behind is not answered', async (_what, text) => {
    const said = statuses(await raw(text()))
    expect(said).toHaveLength(1)
    expect(said[0]).toBe(400)
  })

  it('a body shorter than its length is not taken, and holds nobody else up', async () => {
    const slow = raw(`${head()}content-length: 500\r\n\r\n[{"specversion"`, 2_000)
    expect((await product.call('/api/v1/pipelines')).status).toBe(200)
    expect(statuses(await slow)).toEqual([])
  })

  it('a hundred megabytes are refused at the first look, a head of a megabyte too', async () => {
    expect(statuses(await raw(`${head()}content-length: 104857600\r\n\r\n[`))).toEqual([413])
    expect(statuses(await raw(`${head()}x: ${'x'.repeat(2 ** 20)}\r\n\r\n`))).toEqual([431])
  })
})

describe('[attack 3] [attack 9] a client that says where it comes from', () => {
  it('is slowed down as the one address that it is', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 8; i++) {
      const answer = await fetch(`${product.url}/api/trpc/auth.signIn`, {
        method: 'POST',
        body: JSON.stringify({ json: { email: 'slow@example.org', password: 'wrong password here' } }),
        headers: {
          origin: product.url,
          'content-type': 'application/json',
          'x-forwarded-for': `198.51.100.${i}`,
          'x-forwarded-proto': 'https',
        },
      })
      statuses.push(answer.status)
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
    expect(statuses).toContain(429)
  })

  it('does not get the headers of https', async () => {
    const answer = await page('/sign-in', { 'x-forwarded-proto': 'https' })
    expect(answer.headers.get('strict-transport-security')).toBeNull()
  })
})

it('[attack 36] the figures are for this machine: by another name, or through a proxy, a token is needed', async () => {
  expect((await fetch(`${product.url}/metrics`)).status).toBe(200)
  const said = async (head: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(await raw(head))?.[1])
  expect(await said('GET /metrics HTTP/1.1\r\nhost: rebound.example\r\nconnection: close\r\n\r\n')).toBe(401)
  expect(
    await said(
      'GET /metrics HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 203.0.113.9\r\nconnection: close\r\n\r\n',
    ),
  ).toBe(401)
})
