import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../clients/testing'
import { systemClock } from '../platform'
import { flushRefusals, noteRefusal } from './access-book'
import { authenticate } from './authenticate'
import { signIn } from './sign-in'

let services: TestServices

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

const recorded = async () => {
  await flushRefusals(services.pool)
  const { rows } = await services.pool.query<{ kind: string; principal: string | null; address: string }>(
    'DELETE FROM access_event RETURNING kind, principal, address, detail',
  )
  return rows
}

const deps = () => ({
  pool: services.pool,
  clock: systemClock,
  apiToken: null,
  trail: () => Promise.resolve(),
})

it('records an unknown token with where it came from', async () => {
  const headers = new Headers({ authorization: 'Bearer nonsense', 'x-forwarded-for': '192.0.2.7' })
  expect(await authenticate(deps(), headers)).toBeNull()
  expect(await recorded()).toMatchObject([
    { kind: 'token', principal: null, address: '192.0.2.7', detail: { why: 'unknown' } },
  ])
})

it('records a refused sign-in by the account it was on', async () => {
  const attempt = { email: 'eve@example.com', password: 'guess', address: '192.0.2.8' }
  await expect(signIn(deps(), attempt)).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await recorded()).toMatchObject([
    { kind: 'sign_in', principal: 'eve@example.com', address: '192.0.2.8' },
  ])
})

it('keeps so many of a flood and tells how many more there were [law 11]', async () => {
  for (let i = 0; i < 1_200; i++)
    noteRefusal(services.pool, { kind: 'token', principal: null, address: '192.0.2.9', detail: {} })
  const rows = await recorded()
  expect(rows).toHaveLength(500)
  expect(rows.filter((row) => 'detail' in row && JSON.stringify(row.detail) === '{"more":700}')).toHaveLength(
    1,
  )
})
