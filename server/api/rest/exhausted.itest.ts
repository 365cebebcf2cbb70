import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PoolClient } from '../../clients'
import { startTestApi, type TestApi } from '../testing'

let api: TestApi
let most: number
beforeAll(async () => {
  api = await startTestApi()
  const { options } = api.console.pool
  options.connectionTimeoutMillis = 300
  most = options.max
})
afterAll(() => api[Symbol.asyncDispose]())

/** Takes connections as requests do that never end, until so many are left. */
async function hold(left: number): Promise<() => void> {
  const held: PoolClient[] = []
  while (held.length < most - left) held.push(await api.console.pool.connect())
  return () => {
    for (const client of held.splice(0)) client.release()
  }
}

const document = (i: number) => ({
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: `exhausted-${i}` },
  spec: { events: { type: 't' }, key: 'data.k', window: { size: '10s' }, measures: { n: { count: true } } },
})

it('with no database connection left every answer is 503 with Retry-After, and the next is given as soon as one is free', async () => {
  const release = await hold(0)
  for (const [method, path, body] of [
    ['GET', '/pipelines'],
    ['GET', '/jobs'],
    ['POST', '/pipelines', document(0)],
  ] as const) {
    const answer = await api.call(method, path, { body })
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 503, code: 'unavailable' })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  release()
  expect((await api.call('GET', '/pipelines')).status).toBe(200)
})

it('with one connection left writes and reads at once are all answered, and none waits for another for ever', async () => {
  const release = await hold(1)
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      i % 2 === 0 ? api.call('POST', '/pipelines', { body: document(i) }) : api.call('GET', '/pipelines'),
    ),
  )
  for (const { status } of answers) expect([200, 201, 503]).toContain(status)
  release()
  for (let i = 0; i < 24; i += 2)
    expect([200, 201]).toContain(
      (await api.call('PUT', `/pipelines/exhausted-${i}`, { body: document(i) })).status,
    )
  expect(api.console.pool.waitingCount).toBe(0)
})
