/** `free` failures cost nothing; each one after them doubles the wait, up to `maxMs`. */
interface Rule {
  free: number
  baseMs: number
  maxMs: number
}

// The account-wide wait stays short: else anyone who knows an address could keep its owner out.
const rules = {
  pair: { free: 5, baseMs: 1_000, maxMs: 15 * 60_000 },
  account: { free: 20, baseMs: 1_000, maxMs: 60_000 },
  address: { free: 50, baseMs: 1_000, maxMs: 5 * 60_000 },
} satisfies Record<string, Rule>

interface Entry {
  failures: number
  blockedUntil: number
  lastAt: number
}

const forgetAfterMs = 60 * 60_000
const entriesLimit = 10_000

/** Slows down guessing of one account, from one address, and of one account from many. Per process, bounded. */
export class LoginThrottle {
  private readonly entries = new Map<string, Entry>()

  get size(): number {
    return this.entries.size
  }

  /** Milliseconds to wait before the next try; 0: go on. */
  waitMs(account: string, address: string, now: number): number {
    const waits = keysOf(account, address).map(([key]) => (this.entries.get(key)?.blockedUntil ?? 0) - now)
    return Math.max(0, ...waits)
  }

  failed(account: string, address: string, now: number): void {
    for (const [key, rule] of keysOf(account, address)) {
      const known = this.entries.get(key)
      const failures = (known && now - known.lastAt < forgetAfterMs ? known.failures : 0) + 1
      const over = failures - rule.free
      const waitMs = over < 0 ? 0 : Math.min(rule.maxMs, rule.baseMs * 2 ** over)
      this.entries.delete(key)
      this.entries.set(key, { failures, blockedUntil: now + waitMs, lastAt: now })
    }
    while (this.entries.size > entriesLimit) this.entries.delete(this.entries.keys().next().value ?? '')
  }

  succeeded(account: string, address: string): void {
    for (const [key] of keysOf(account, address)) if (!key.startsWith('address ')) this.entries.delete(key)
  }
}

const keysOf = (account: string, address: string): [string, Rule][] => [
  [`pair ${account} ${address}`, rules.pair],
  [`account ${account}`, rules.account],
  [`address ${address}`, rules.address],
]
