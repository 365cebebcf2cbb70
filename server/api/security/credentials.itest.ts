import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../testing'
import { registryRoutes } from '../rest/registry'
import { v1Routes } from '../rest/v1'
import { handleTrpc } from '../trpc/handler'
import { appRouter } from '../trpc/router'
import { deadCredentials, fromAnywhere } from './testing-credentials'

let api: TestApi
let dead: Record<string, Record<string, string>>

beforeAll(async () => {
  api = await startTestApi()
  dead = await deadCredentials(api)
})
afterAll(() => api[Symbol.asyncDispose]())

const names = [
  'nothing',
  'a session that was idle for half an hour',
  'a session twelve hours old',
  'a session that was signed out',
  'a session of a disabled user',
  'a session from before its role was taken',
  'a session from before a new password',
  'a made-up session',
  'a session under another port’s name',
  'a revoked token',
  'an expired token',
  'a made-up token',
  'a bad token beside a good session',
  'a password instead of a token',
  'the hash of a session',
]

/** Who may be nobody: to see whether one is signed in, and to sign in. */
const publicProcedures = new Set(['auth.me', 'auth.signIn'])
const publicRoutes = new Set(['GET /openapi.json'])

interface Procedure {
  path: string
  type: 'query' | 'mutation' | 'subscription'
}

const procedures = Object.entries(appRouter._def.procedures).map(([path, procedure]): Procedure => {
  const { type } = (procedure as unknown as { _def: Pick<Procedure, 'type'> })._def
  return { path, type }
})

/** What a procedure answers to these headers: its status, and for a stream what it says first. */
async function callProcedure({ path, type }: Procedure, given: Record<string, string>): Promise<string> {
  const url = `http://localhost:3000/api/trpc/${path}`
  const headers = { host: 'localhost:3000', 'sec-fetch-site': 'same-origin', ...fromAnywhere(), ...given }
  const request =
    type === 'mutation'
      ? new Request(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: '{"json":{}}',
        })
      : new Request(url, { headers })
  const response = await handleTrpc(request, () => Promise.resolve(api.console))
  const text = await response.text()
  return text.includes('UNAUTHORIZED') ? '401' : String(response.status)
}

it('are all tried', () => {
  expect(Object.keys(dead).sort()).toEqual([...names].sort())
  expect(procedures.length).toBeGreaterThan(90)
})

describe.each(names)('[attack 1] [attack 8] [attack 31] %s', (name) => {
  it('calls no procedure', async () => {
    const asked = procedures.filter(({ path }) => !publicProcedures.has(path))
    const answers = await Promise.all(
      asked.map(async (procedure) => [procedure.path, await callProcedure(procedure, dead[name] ?? {})]),
    )
    expect(answers.filter(([, status]) => status !== '401')).toEqual([])
  })

  it('is nobody to the public procedures', async () => {
    const response = await handleTrpc(
      new Request('http://localhost:3000/api/trpc/auth.me', {
        headers: { host: 'localhost:3000', ...fromAnywhere(), ...dead[name] },
      }),
      () => Promise.resolve(api.console),
    )
    expect(await response.json()).toMatchObject({ result: { data: { json: null } } })
  })

  it('opens no route', async () => {
    const routes = [
      ...v1Routes.map((route) => ({ ...route, call: api.call })),
      ...registryRoutes.map((route) => ({ ...route, call: api.registry })),
    ].filter(({ method, path }) => !publicRoutes.has(`${method} ${path}`))
    const answers = await Promise.all(
      routes.map(async ({ method, path, call }) => {
        const headers = { authorization: '', ...fromAnywhere(), ...dead[name] }
        const body = method === 'GET' ? {} : { body: {} }
        return [
          method,
          path,
          (await call(method, path.replaceAll(/\{\w+\}/g, 'none'), { ...body, headers })).status,
        ]
      }),
    )
    expect(answers.filter(([, , status]) => status !== 401)).toEqual([])
  })
})
