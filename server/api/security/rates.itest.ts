import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createToken, type Scope } from '../../auth'
import { inTransaction } from '../../clients'
import { limits } from '../admission/limits'
import { flight, startTestApi, type TestApi } from '../testing'
import { handleTrpc } from '../trpc/handler'
import { bearerOf } from './testing-credentials'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
  // What a deployment would set: a rate small enough to reach in a test.
  api.console.env.requestsPerS = 5
  api.console.env.eventsPerS = 10
})
afterAll(() => api[Symbol.asyncDispose]())

let made = 0
const tokenOf = async (...scopes: Scope[]) => {
  const input = { name: `rate-${made++}`, scopes, expiresAt: null, createdBy: 'test' }
  const { secret } = await inTransaction(api.services.pool, (client) =>
    createToken(client, api.console.clock, input),
  )
  return bearerOf(secret)
}

const batch = { 'content-type': 'application/cloudevents-batch+json' }
const events = (count: number) =>
  JSON.stringify(Array.from({ length: count }, () => flight(`rate-${made++}`, { source: 'rates' })))

describe('[attack 30] requests beyond the rate', () => {
  it('are refused with 429 and Retry-After, on REST and tRPC alike; another token is not kept out', async () => {
    const [greedy, other] = [await tokenOf('read'), await tokenOf('read')]
    const statuses = await Promise.all(
      Array.from(
        { length: 80 },
        async () => (await api.call('GET', '/dead-letters', { headers: greedy })).status,
      ),
    )
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(50)
    expect(statuses).toContain(429)
    const refused = await api.call('GET', '/dead-letters', { headers: greedy })
    // The bucket fills while this runs: what it answers is one of the two, and a refusal says when to come back.
    if (refused.status === 429) expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await api.call('GET', '/dead-letters', { headers: other })).status).toBe(200)
  })

  it('count each call of a tRPC batch', async () => {
    const greedy = await tokenOf('read')
    const path = Array.from({ length: 20 }, () => 'auth.me').join(',')
    const ask = () =>
      handleTrpc(
        new Request(`http://localhost:3000/api/trpc/${path}?batch=1&input=%7B%7D`, { headers: greedy }),
        () => Promise.resolve(api.console),
      )
    const answers = [await ask(), await ask(), await ask(), await ask(), await ask()]
    const last = answers.at(-1)
    expect(last?.status).toBe(429)
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

describe('[attack 30] events beyond the rate', () => {
  it('are refused before they are read, with nothing of the request taken, and pass once it is made up for', async () => {
    const [greedy, other] = [await tokenOf('events:write'), await tokenOf('events:write')]
    const first = await api.call('POST', '/events', { body: events(300), headers: { ...batch, ...greedy } })
    expect(first).toMatchObject({ status: 202, body: { accepted: 300 } })
    const second = await api.call('POST', '/events', { body: events(5), headers: { ...batch, ...greedy } })
    expect(second.status).toBe(429)
    expect(second.body).toMatchObject({ code: 'too_many_requests' })
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(1)
    const fair = await api.call('POST', '/events', { body: events(5), headers: { ...batch, ...other } })
    expect(fair).toMatchObject({ status: 202, body: { accepted: 5 } })
  })
})

describe('[attack 9] credentials that are refused', () => {
  it('are not even looked at beyond a number from one network, which keeps nobody out who was in lately', async () => {
    const from = { 'x-forwarded-for': '198.51.100.7' }
    const known = { ...(await tokenOf('read')), ...from }
    expect((await api.call('GET', '/silences', { headers: known })).status).toBe(200)
    const statuses = await Promise.all(
      Array.from({ length: limits.refused.burst + 50 }, async (_, i) => {
        const headers = { ...bearerOf(`plx_guess-${i}`), ...from }
        return (await api.call('GET', '/silences', { headers })).status
      }),
    )
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
    expect((await api.call('GET', '/silences', { headers: known })).status).toBe(200)
    const elsewhere = { ...bearerOf('plx_guess'), 'x-forwarded-for': '198.51.100.8' }
    expect((await api.call('GET', '/silences', { headers: elsewhere })).status).toBe(401)
  })
})

describe('[attack 25] a compressed body of events', () => {
  const gzip = { ...batch, 'content-encoding': 'gzip' }

  it('is taken as what it holds', async () => {
    const body = gzipSync(events(3))
    const answer = await api.call('POST', '/events', { body, headers: gzip })
    expect(answer).toMatchObject({ status: 202, body: { accepted: 3 } })
  })

  it('that holds more than a body may is refused, with no more read than that', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 ** 2, ' '))
    expect(bomb.length).toBeLessThan(100_000)
    const answer = await api.call('POST', '/events', { body: bomb, headers: gzip })
    expect(answer).toMatchObject({ status: 413, body: { limitBytes: 16 * 1024 ** 2 } })
  })

  it.each([
    ['is cut off', gzipSync(events(3)).subarray(0, 80)],
    ['is not gzip', Buffer.from('[{}]')],
    ['is followed by something else', Buffer.concat([gzipSync('[]'), Buffer.from('and more')])],
  ])('that %s is refused and nothing of it taken', async (_what, body) => {
    const answer = await api.call('POST', '/events', { body, headers: gzip })
    expect(answer.status).toBe(400)
    expect(answer.body.detail).toMatch(/gzip/)
  })

  it('is not taken where events are not', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    expect((await api.call('POST', '/plans', { body: gzipSync('{}'), headers })).status).toBe(415)
  })
})
