import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pipelineWithHistory, hourStart } from '../../control/testing'
import type { Principal } from '../../auth'
import type { History } from '../../serving/testing/history'
import { startTestApi, type TestApi } from '../testing'
import type { LiveMessage } from '../trpc/shapes'
import { appRouter } from '../trpc/router'
import { hubOf } from './view-hub'

let api: TestApi
let history: History
const principal: Principal = {
  kind: 'user',
  id: '1',
  name: 'ada',
  role: 'viewer',
  scopes: ['read'],
  via: 'cookie',
}
const input = { name: 'live', range: { from: hourStart, to: hourStart + 3_600_000 }, maxPoints: 600 }

beforeAll(async () => {
  api = await startTestApi()
  history = await pipelineWithHistory(api.services.pool, 'live', {
    lateness: { outOfOrderMs: 3_000, allowedMs: 5_000, beyond: 'include' },
  })
})
afterAll(() => api[Symbol.asyncDispose]())

type Tracked = [id: string, message: LiveMessage, symbol: symbol]

async function open(lastEventId?: string) {
  const leaving = new AbortController()
  const caller = appRouter.createCaller(
    {
      console: api.console,
      principal,
      request: { headers: new Headers(), isSecure: false, address: 'test' },
      resHeaders: new Headers(),
    },
    { signal: leaving.signal },
  )
  const feed = await caller.live.pipeline({ ...input, ...(lastEventId && { lastEventId }) })
  const messages = feed[Symbol.asyncIterator]() as unknown as AsyncIterator<Tracked>
  return {
    async next(): Promise<{ id: string; message: LiveMessage }> {
      const { value } = (await messages.next()) as { value: Tracked }
      return { id: value[0], message: value[1] }
    },
    /** The next message with points in it: pushes without any only bring the status up to date. */
    async points() {
      for (;;) {
        const { id, message } = await this.next()
        if (message.kind !== 'points') throw new Error(`got a ${message.kind}`)
        if (message.points.length > 0) return { id, message }
      }
    },
    async close() {
      leaving.abort()
      await messages.return?.()
    },
  }
}

/** As the speed worker does: commit, then tell the views stream. */
async function commitEvent(at: number) {
  history.append({ partition: 0, id: `live-${history.log.length}`, time: at, key: 'a', miles: 1, fare: '1' })
  await history.catchUp()
  const { nc } = api.services.nats
  nc.publish(
    'views.live',
    JSON.stringify({ kind: 'cells', windows: [[Math.floor(at / 10_000) * 10_000, 'a']] }),
  )
  await nc.flush()
}

const tripsAt = (message: LiveMessage, at: number) => {
  const points = message.kind === 'snapshot' ? message.series.points : message.points
  const windowStart = Math.floor(at / 10_000) * 10_000
  return points.find((point) => point.windowStart === windowStart)?.merged.trips
}

describe('the live feed of a pipeline', () => {
  it('begins with a snapshot and goes on with the points that change', async () => {
    const at = hourStart + 1_000
    const viewer = await open()
    const first = await viewer.next()
    expect(first.message.kind).toBe('snapshot')
    const before = Number(tripsAt(first.message, at) ?? 0)
    await commitEvent(at)
    const second = await viewer.points()
    expect(tripsAt(second.message, at)).toBe(before + 1)
    expect(second.message.points).toHaveLength(1)
    expect(second.message.status.pipeline).toBe('live')
    await viewer.close()
  })

  it('resumes after a reconnect with what was missed, and no snapshot', async () => {
    const at = hourStart + 20_000
    const viewer = await open()
    const { id, message } = await viewer.next()
    const before = Number(tripsAt(message, at) ?? 0)
    await viewer.close()
    await commitEvent(at)
    while (hubOf(api.console).since(Number(id.split('-')[0]))?.length === 0)
      await new Promise((r) => setTimeout(r, 20))
    const again = await open(id)
    const missed = await again.points()
    expect(tripsAt(missed.message, at)).toBe(before + 1)
    await again.close()
  })

  it.each(['999999999-10000', '-5', 'garbage', '0-7'])(
    'answers the forged resume id %s with a snapshot',
    async (id) => {
      const viewer = await open(id)
      expect((await viewer.next()).message.kind).toBe('snapshot')
      await viewer.close()
    },
  )

  it('serves many viewers from one read', async () => {
    const at = hourStart + 40_000
    const viewers = await Promise.all(Array.from({ length: 20 }, () => open()))
    await Promise.all(viewers.map((viewer) => viewer.next()))
    const { pool } = api.services
    const { query } = pool
    let reads = 0
    pool.query = ((...args: [{ name?: string }]) => {
      if (args[0].name?.startsWith('serving-') === true) reads++
      return (query as (...all: unknown[]) => unknown).apply(pool, args)
    }) as never
    await commitEvent(at)
    const pushed = await Promise.all(viewers.map((viewer) => viewer.points()))
    pool.query = query
    expect(new Set(pushed.map(({ message }) => tripsAt(message, at))).size).toBe(1)
    expect(reads).toBeLessThanOrEqual(2)
    await Promise.all(viewers.map((viewer) => viewer.close()))
  })

  it('starts again with a snapshot when another definition comes into force', async () => {
    const viewer = await open()
    await viewer.next()
    const text = await appRouter
      .createCaller({
        console: api.console,
        principal,
        request: { headers: new Headers(), isSecure: false, address: 'test' },
        resHeaders: new Headers(),
      })
      .pipelines.export({ name: 'live' })
    await commitEvent(hourStart + 50_000)
    await viewer.points()
    await api.call('PUT', '/pipelines/live', {
      body: text.replace('Trips', 'Other trips'),
      headers: { 'content-type': 'application/yaml' },
    })
    let kind = 'points'
    while (kind === 'points') {
      await commitEvent(hourStart + 50_000)
      kind = (await viewer.next()).message.kind
    }
    expect(kind).toBe('snapshot')
    await viewer.close()
  })
})

describe('the other feeds', () => {
  const callerWith = (signal: AbortSignal) =>
    appRouter.createCaller(
      {
        console: api.console,
        principal,
        request: { headers: new Headers(), isSecure: false, address: 'test' },
        resHeaders: new Headers(),
      },
      { signal },
    )

  it('tell the list, the jobs, the health and the top keys at once', async () => {
    await pipelineWithHistory(api.services.pool, 'feeds')
    const leaving = new AbortController()
    const { live } = callerWith(leaving.signal)
    const first = async <T>(feed: AsyncIterable<T>): Promise<T> => {
      const iterator = feed[Symbol.asyncIterator]()
      const { value } = (await iterator.next()) as { value: T }
      await iterator.return?.()
      return value
    }
    expect((await first(await live.pipelines())).pipelines.map(({ name }) => name)).toContain('feeds')
    expect((await first(await live.jobs({}))).jobs).toEqual([])
    const health = await first(await live.health())
    expect(health.dependencies.find(({ name }) => name === 'postgres')?.health).toBe('ok')
    expect(health.dependencies.find(({ name }) => name === 'workers')?.health).toBe('bad')
    const top = await first(
      await live.topKeys({ name: 'feeds', range: input.range, measure: 'trips', limit: 2 }),
    )
    expect(top.keys).toHaveLength(2)
    expect(top.total).toBe(3)
    leaving.abort()
  })
})
