import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createToken, scopes, type Scope } from '../../auth'
import { inTransaction } from '../../clients'
import { startTestApi, type TestApi } from '../testing'
import { registryRoutes } from './registry'
import { v1Routes } from './v1'

/** The rule, route by route: a new route is added here, with the scope it needs, or this test fails. */
const needed = {
  v1: {
    'POST /events': 'events:write',
    'GET /pipelines': 'read',
    'POST /pipelines': 'pipelines:write',
    'GET /pipelines/{name}': 'read',
    'PUT /pipelines/{name}': 'pipelines:write',
    'DELETE /pipelines/{name}': 'pipelines:write',
    'GET /pipelines/{name}/status': 'read',
    'GET /pipelines/{name}/definitions': 'read',
    'GET /pipelines/{name}/values': 'read',
    'GET /pipelines/{name}/series': 'read',
    'GET /pipelines/{name}/versions': 'read',
    'GET /pipelines/{name}/producers': 'read',
    'GET /pipelines/{name}/explain': 'read',
    'GET /pipelines/{name}/explain/events': 'read',
    'GET /pipelines/{name}/divergence': 'read',
    'POST /plans': 'plans:write',
    'GET /plans': 'read',
    'GET /plans/{id}': 'read',
    'POST /plans/{id}/apply': 'plans:write',
    'POST /plans/{id}/approve': 'plans:write',
    'GET /jobs': 'read',
    'GET /jobs/{id}': 'read',
    'POST /jobs/{id}/cancel': 'plans:write',
    'POST /jobs/{id}/pause': 'plans:write',
    'POST /jobs/{id}/resume': 'plans:write',
    'GET /incidents': 'read',
    'GET /incidents/{id}': 'read',
    'GET /incidents/{id}/postmortem': 'read',
    'POST /incidents/{id}/acknowledge': 'plans:write',
    'POST /incidents/{id}/notes': 'plans:write',
    'POST /incidents/{id}/resolve': 'plans:write',
    'GET /runbooks': 'read',
    'GET /runbooks/{name}': 'read',
    'POST /runbooks': 'pipelines:write',
    'GET /alerts': 'read',
    'GET /silences': 'read',
    'POST /silences': 'plans:write',
    'DELETE /silences/{id}': 'plans:write',
    'GET /channels': 'read',
    'GET /audit': 'read',
    'GET /audit/entries/{seq}': 'read',
    'GET /audit/verification': 'read',
    'GET /audit/export': 'read',
    'GET /dead-letters': 'read',
    'GET /traces': 'read',
    'GET /traces/{id}': 'read',
    'GET /costs': 'read',
    'GET /slos': 'read',
    'GET /slos/{id}': 'read',
    'GET /slos/{id}/openslo': 'read',
    'POST /slos': 'pipelines:write',
    'GET /openapi.json': 'public',
  },
  registry: {
    'GET /subjects': 'read',
    'POST /subjects/{subject}/versions': 'pipelines:write',
    'GET /subjects/{subject}/versions': 'read',
    'GET /subjects/{subject}/versions/{version}': 'read',
    'GET /schemas/ids/{id}': 'read',
  },
} satisfies Record<string, Record<string, Scope | 'public'>>

type Face = keyof typeof needed
const routesOf = { v1: v1Routes, registry: registryRoutes }

let api: TestApi
const secrets = new Map<Scope, string>()

beforeAll(async () => {
  api = await startTestApi()
  for (const scope of scopes) {
    const input = { name: scope, scopes: [scope], expiresAt: null, createdBy: 'test' }
    const { secret } = await inTransaction(api.services.pool, (client) =>
      createToken(client, api.console.clock, input),
    )
    secrets.set(scope, secret)
  }
})
afterAll(() => api[Symbol.asyncDispose]())

type Sender = 'nobody' | 'a made-up token' | Scope
const senders: Sender[] = ['nobody', 'a made-up token', ...scopes]

function authorization(sender: Sender): string {
  if (sender === 'nobody') return ''
  return `Bearer ${sender === 'a made-up token' ? 'plx_made-up' : (secrets.get(sender) ?? '')}`
}

/** Nothing useful is sent: what is let through fails for another reason, or finds nothing. */
async function outcome(face: Face, route: string, sender: Sender): Promise<'let through' | 401 | 403> {
  const [method = '', path = ''] = route.split(' ')
  const call = face === 'v1' ? api.call : api.registry
  const filled = path.replaceAll(/\{\w+\}/g, 'none')
  const body = method === 'GET' ? {} : { body: {} }
  const { status } = await call(method, filled, {
    ...body,
    headers: { authorization: authorization(sender) },
  })
  return status === 401 || status === 403 ? status : 'let through'
}

function expected(scope: Scope | 'public', sender: Sender): 'let through' | 401 | 403 {
  if (scope === 'public') return 'let through'
  if (sender === 'nobody' || sender === 'a made-up token') return 401
  return sender === scope || sender === 'admin' ? 'let through' : 403
}

describe.each(['v1', 'registry'] as const)('every route of %s', (face) => {
  it('is in the table of scopes, and nothing else is', () => {
    const routes = routesOf[face].map(({ method, path }) => `${method} ${path}`)
    expect(routes.sort()).toEqual(Object.keys(needed[face]).sort())
  })

  const cases = Object.entries(needed[face]).flatMap(([route, scope]) =>
    senders.map((sender) => ({ route, scope: scope, sender })),
  )

  it.each(cases)('$route needs $scope: $sender', async ({ route, scope, sender }) => {
    expect(await outcome(face, route, sender)).toBe(expected(scope, sender))
  })

  it('says in a refusal which scope is needed', async () => {
    const { status, body } = await api.call('POST', '/plans', {
      body: {},
      headers: { authorization: authorization('read') },
    })
    expect(status).toBe(403)
    expect(body).toMatchObject({ needed: 'plans:write', held: ['read'] })
  })
})
