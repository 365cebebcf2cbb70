import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../clients/testing'
import { LoginThrottle } from './login-throttle'
import { trimFailures } from './login-throttle-store'

let services: TestServices
let throttle: LoginThrottle
const ada = (address: string) => ({ account: 'ada@example.org', address })
const now = 1_800_000_000_000

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())
beforeEach(async () => {
  throttle = new LoginThrottle(services.pool)
  await services.pool.query('DELETE FROM sign_in_failure')
})

async function failTimes(times: number, address: (i: number) => string): Promise<void> {
  await Promise.all(Array.from({ length: times }, (_, i) => throttle.failed(ada(address(i)), now)))
}

describe('LoginThrottle', () => {
  it('lets the first four failures of an account from an address pass without a wait', async () => {
    await failTimes(4, () => '10.0.0.1')
    expect(await throttle.waitMs(ada('10.0.0.1'), now)).toBe(0)
  })

  it('doubles the wait with each further failure, up to a quarter of an hour', async () => {
    const waits: number[] = []
    for (let i = 0; i < 20; i++) {
      await throttle.failed(ada('10.0.0.1'), now)
      waits.push(await throttle.waitMs(ada('10.0.0.1'), now))
    }
    expect(waits.slice(4, 8)).toEqual([1_000, 2_000, 4_000, 8_000])
    expect(waits.at(-1)).toBe(900_000)
  })

  it('[attack 9] slows an account down that is guessed from ever new addresses, for a minute at most', async () => {
    await failTimes(50, (i) => `10.0.0.${i}`)
    expect(await throttle.waitMs(ada('192.0.2.1'), now)).toBe(60_000)
  })

  it('[attack 9] slows an address down that guesses at ever new accounts', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        throttle.failed({ account: `user-${i}@example.org`, address: '10.0.0.1' }, now),
      ),
    )
    expect(await throttle.waitMs({ account: 'new@example.org', address: '10.0.0.1' }, now)).toBe(300_000)
    expect(await throttle.waitMs({ account: 'new@example.org', address: '10.0.0.2' }, now)).toBe(0)
  })

  it('does not keep another account from the same address waiting after a few failures', async () => {
    await failTimes(10, () => '10.0.0.1')
    expect(await throttle.waitMs({ account: 'bob@example.org', address: '10.0.0.1' }, now)).toBe(0)
  })

  it('[attack 9] counts for all processes together', async () => {
    const other = new LoginThrottle(services.pool)
    for (let i = 0; i < 5; i++) await (i % 2 === 0 ? throttle : other).failed(ada('10.0.0.1'), now)
    expect(await throttle.waitMs(ada('10.0.0.1'), now)).toBe(1_000)
    expect(await other.waitMs(ada('10.0.0.1'), now)).toBe(1_000)
  })

  it('loses no failure of those that come at once', async () => {
    await Promise.all(Array.from({ length: 12 }, () => throttle.failed(ada('10.0.0.1'), now)))
    expect(await throttle.waitMs(ada('10.0.0.1'), now)).toBe(128_000)
  })

  it('forgets the failures of an account that signs in, not those of its address', async () => {
    await failTimes(60, () => '10.0.0.1')
    await throttle.succeeded(ada('10.0.0.1'))
    expect(await throttle.waitMs({ account: 'ada@example.org', address: '10.0.0.2' }, now)).toBe(0)
    expect(await throttle.waitMs(ada('10.0.0.1'), now)).toBe(300_000)
  })

  it('starts again after an hour without a failure', async () => {
    await failTimes(10, () => '10.0.0.1')
    await throttle.failed(ada('10.0.0.1'), now + 3_700_000)
    expect(await throttle.waitMs(ada('10.0.0.1'), now + 3_700_000)).toBe(0)
  })

  it('[law 11] remembers a bounded number of accounts and addresses, the latest', async () => {
    for (let i = 0; i < 5; i++)
      await throttle.failed({ account: `user-${i}@example.org`, address: `10.1.0.${i}` }, now + i)
    await trimFailures(services.pool, { forgetBefore: now - 1, keep: 6 })
    const { rows } = await services.pool.query('SELECT last_at FROM sign_in_failure')
    expect(rows.length).toBe(9)
    await trimFailures(services.pool, { forgetBefore: now + 4, keep: 100 })
    expect((await services.pool.query('SELECT 1 FROM sign_in_failure')).rows.length).toBe(3)
  })
})
