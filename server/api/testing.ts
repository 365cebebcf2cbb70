import { startTestServices, type TestServices } from '../clients/testing'
import { wireConsole, type Console } from '../control'
import { provisionStreams } from '../log'
import { readEnv, systemClock, type Clock } from '../platform'
import { handleRegistry } from './rest/registry'
import { handleV1 } from './rest/v1'

export interface TestApi extends AsyncDisposable {
  console: Console
  services: TestServices
  /** A request to the REST face with the bootstrap token, unless headers say otherwise. */
  call(method: string, path: string, init?: CallInit): Promise<Answer>
  registry(method: string, path: string, init?: CallInit): Promise<Answer>
}

interface CallInit {
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

export const apiToken = 'bootstrap-secret'

/** The REST face on real Postgres and NATS, called as a function. */
export async function startTestApi(clock: Clock = systemClock): Promise<TestApi> {
  const services = await startTestServices()
  const { pool, nats, dataDir } = services
  await provisionStreams(nats, { maxBytes: 256 * 1024 ** 2 })
  const env = { ...readEnv({}), dataDir, apiToken }
  const console = await wireConsole({ env, pool, nats, clock })
  type Handle = (request: Request, open: () => Promise<Console>) => Promise<Response>
  const caller =
    (handle: Handle, prefix: string) =>
    async (method: string, path: string, { body, headers = {} }: CallInit = {}): Promise<Answer> => {
      const isText = typeof body === 'string' || body instanceof Uint8Array
      const given = new Headers({ authorization: `Bearer ${apiToken}` })
      if (body !== undefined && !isText) given.set('content-type', 'application/json')
      for (const [name, value] of Object.entries(headers)) given.set(name, value)
      for (const [name, value] of given) if (value === '') given.delete(name)
      const init: RequestInit = { method, headers: given }
      if (body !== undefined) init.body = isText ? (body as string) : JSON.stringify(body)
      const response = await handle(new Request(`http://localhost:3000${prefix}${path}`, init), () =>
        Promise.resolve(console),
      )
      const text = await response.text()
      const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
      return {
        status: response.status,
        headers: response.headers,
        body: (isJson ? JSON.parse(text) : { text }) as Answer['body'],
      }
    }
  return {
    console,
    services,
    call: caller(handleV1, '/api/v1'),
    registry: caller(handleRegistry, '/api/registry'),
    async [Symbol.asyncDispose]() {
      console.registry.close()
      await services.stop()
    },
  }
}

export const departures = (change: Record<string, unknown> = {}) => ({
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: 'departures', title: 'Departures by airport', owner: 'network-ops' },
  spec: {
    events: { type: 'flight.departed' },
    filter: 'data.distance > 0',
    key: 'data.origin',
    window: { size: '10s' },
    lateness: { outOfOrder: '5s', allowed: '30s', beyond: 'defer' },
    dedupe: { horizon: '10m' },
    measures: { flights: { count: true }, miles: { sum: 'data.distance', type: 'int' } },
    batch: { every: '5m' },
    ...change,
  },
})

export const flight = (id: string, change: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id,
  source: 'test',
  type: 'flight.departed',
  time: '2026-01-31T08:00:00Z',
  data: { origin: 'SFO', destination: 'JFK', distance: 2586, delay: 4 },
  ...change,
})
