import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool, type Pool } from './pool'
import { whyDead } from './silent-connections'
import { startTestServices, type TestServices } from './testing'

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

describe('a connection that was asked and is silent', () => {
  it('is waited for while its backend works or waits, and given up when no answer can come', () => {
    const backend = { state: 'active', waitEvent: null, forMs: 3_600_000 }
    expect(whyDead(backend, false)).toBeNull()
    expect(whyDead({ ...backend, waitEvent: 'tuple' }, false)).toBeNull()
    expect(whyDead({ ...backend, waitEvent: 'ClientRead' }, false)).toBeNull()
    expect(whyDead({ ...backend, waitEvent: 'ClientWrite' }, true)).toBeNull()
    expect(whyDead({ ...backend, state: 'idle', forMs: 10 }, false)).toBeNull()
    expect(whyDead({ ...backend, waitEvent: 'ClientWrite' }, false)).toBe('its answer does not arrive')
    expect(whyDead({ ...backend, state: 'idle' }, false)).toBe('its backend has nothing to do')
    expect(whyDead({ ...backend, state: 'idle in transaction' }, false)).toBe('its backend has nothing to do')
    expect(whyDead(undefined, false)).toBe('its backend is gone')
  })

  it('ends a query whose packets vanish, and leaves one that takes as long alone', async () => {
    await using hole = await openHole(new URL(services.databaseUrl))
    const through = new URL(services.databaseUrl)
    through.port = String(hole.port)
    await using pools = opened(through.href)
    const [vanishing, slow] = pools.both
    await vanishing.query('SELECT 1')
    await slow.query('SELECT 1')
    hole.swallow(0)
    const asked = vanishing.query('SELECT 2').then(
      () => 'answered',
      (error: unknown) => String(error),
    )
    const took = slow.query('SELECT pg_sleep(11), 3 AS n').then(({ rows }) => rows[0] as { n: number })
    expect(await asked).toContain('The database did not answer')
    expect((await vanishing.query<{ n: number }>('SELECT 4 AS n')).rows).toEqual([{ n: 4 }])
    expect((await took).n).toBe(3)
  })
})

function opened(url: string): AsyncDisposable & { both: [Pool, Pool] } {
  const both: [Pool, Pool] = [openPool(url, { max: 1 }), openPool(url, { max: 1 })]
  return {
    both,
    async [Symbol.asyncDispose]() {
      await Promise.all(both.map((pool) => pool.end()))
    },
  }
}

/** A way to the database on which single connections can be made to swallow everything from now on. */
async function openHole(to: URL) {
  const pairs: { socket: Socket; upstream: Socket }[] = []
  const server: Server = createServer((socket) => {
    const upstream = connect(Number(to.port), to.hostname)
    for (const end of [socket, upstream]) end.on('error', () => undefined)
    socket.pipe(upstream)
    upstream.pipe(socket)
    pairs.push({ socket, upstream })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    swallow(index: number) {
      const pair = pairs[index]
      pair?.socket.unpipe()
      pair?.upstream.unpipe()
      pair?.socket.resume()
      pair?.upstream.resume()
    },
    async [Symbol.asyncDispose]() {
      for (const { socket, upstream } of pairs) {
        socket.destroy()
        upstream.destroy()
      }
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
