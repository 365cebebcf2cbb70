import { describe, expect, it } from 'vitest'
import { LoginThrottle } from './login-throttle'

const failTimes = (throttle: LoginThrottle, times: number, address: (i: number) => string, now = 0) => {
  for (let i = 0; i < times; i++) throttle.failed('ada@example.org', address(i), now)
}

describe('LoginThrottle', () => {
  it('lets the first four failures of an account from an address pass without a wait', () => {
    const throttle = new LoginThrottle()
    failTimes(throttle, 4, () => '10.0.0.1')
    expect(throttle.waitMs('ada@example.org', '10.0.0.1', 0)).toBe(0)
  })

  it('doubles the wait with each further failure, up to a quarter of an hour', () => {
    const throttle = new LoginThrottle()
    const waits: number[] = []
    for (let i = 0; i < 20; i++) {
      throttle.failed('ada@example.org', '10.0.0.1', 0)
      waits.push(throttle.waitMs('ada@example.org', '10.0.0.1', 0))
    }
    expect(waits.slice(4, 8)).toEqual([1_000, 2_000, 4_000, 8_000])
    expect(waits.at(-1)).toBe(900_000)
  })

  it('slows an account down that is guessed from a thousand addresses, for a minute at most', () => {
    const throttle = new LoginThrottle()
    failTimes(throttle, 1_000, (i) => `10.0.${i >> 8}.${i & 255}`)
    expect(throttle.waitMs('ada@example.org', '192.0.2.1', 0)).toBe(60_000)
  })

  it('does not keep another account from the same address waiting after a few failures', () => {
    const throttle = new LoginThrottle()
    failTimes(throttle, 10, () => '10.0.0.1')
    expect(throttle.waitMs('bob@example.org', '10.0.0.1', 0)).toBe(0)
  })

  it('forgets the failures of an account that signs in', () => {
    const throttle = new LoginThrottle()
    failTimes(throttle, 10, () => '10.0.0.1')
    throttle.succeeded('ada@example.org', '10.0.0.1')
    expect(throttle.waitMs('ada@example.org', '10.0.0.1', 0)).toBe(0)
  })

  it('starts again after an hour without a failure', () => {
    const throttle = new LoginThrottle()
    failTimes(throttle, 10, () => '10.0.0.1')
    throttle.failed('ada@example.org', '10.0.0.1', 3_700_000)
    expect(throttle.waitMs('ada@example.org', '10.0.0.1', 3_700_000)).toBe(0)
  })

  it('[law 11] remembers a bounded number of accounts and addresses', () => {
    const throttle = new LoginThrottle()
    for (let i = 0; i < 20_000; i++) throttle.failed(`user-${i}@example.org`, `10.1.${i >> 8}.${i & 255}`, 0)
    expect(throttle.size).toBeLessThanOrEqual(10_000)
  })
})
