import { createHash } from 'node:crypto'
import type { Pool } from '../clients'
import {
  deleteFailures,
  insertFailures,
  longestWaitMs,
  trimFailures,
  type CountedFailure,
} from './login-throttle-store'
import { networkOf } from './network'

/** `free` failures cost nothing; each one from there on doubles the wait, up to `maxMs`. */
export interface ThrottleRule {
  free: number
  baseMs: number
  maxMs: number
}

// The account-wide wait stays short: else anyone who knows an address could keep its owner out.
const rules = {
  pair: { free: 5, baseMs: 1_000, maxMs: 15 * 60_000 },
  account: { free: 20, baseMs: 1_000, maxMs: 60_000 },
  address: { free: 50, baseMs: 1_000, maxMs: 5 * 60_000 },
} satisfies Record<string, ThrottleRule>

const forgetAfterMs = 60 * 60_000
/** Beyond it the oldest are forgotten: whoever fails under ever new names makes us forget only what is past. */
export const failuresLimit = 100_000
const trimEvery = 200

export interface Attempted {
  account: string
  address: string
}

/**
 * Slows down guessing of one account, from one address, and of one account from many. The failures are counted in the
 * database: a second web process is no second allowance, and a restart forgets nothing.
 */
export class LoginThrottle {
  private sinceTrim = trimEvery

  constructor(private readonly pool: Pool) {}

  /** Milliseconds to wait before the next try; 0: go on. */
  waitMs(attempted: Attempted, now: number): Promise<number> {
    return longestWaitMs(
      this.pool,
      countedOf(attempted).map(({ key }) => key),
      now,
    )
  }

  async failed(attempted: Attempted, now: number): Promise<void> {
    await insertFailures(this.pool, countedOf(attempted), { now, forgetBefore: now - forgetAfterMs })
    if (++this.sinceTrim < trimEvery) return
    this.sinceTrim = 0
    await trimFailures(this.pool, { forgetBefore: now - forgetAfterMs, keep: failuresLimit })
  }

  /** What was failed from the address goes on counting: the next account it guesses is another's. */
  async succeeded(attempted: Attempted): Promise<void> {
    const [pair, account] = countedOf(attempted)
    await deleteFailures(
      this.pool,
      [pair, account].map(({ key }) => key),
    )
  }
}

// Written as JSON, so that no two things that are counted share a key.
function countedOf({ account, address }: Attempted): [CountedFailure, CountedFailure, CountedFailure] {
  const network = networkOf(address)
  return [
    { key: keyOf('pair', account, network), ...rules.pair },
    { key: keyOf('account', account), ...rules.account },
    { key: keyOf('address', network), ...rules.address },
  ]
}

const keyOf = (...parts: string[]): Buffer => createHash('sha256').update(JSON.stringify(parts)).digest()
