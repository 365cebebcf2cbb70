import { addressOf, authenticate, credentialOf, networkOf, type Principal } from '../../auth'
import type { Console } from '../../control'
import { AppError } from '../../platform'
import { FairGate } from './fair-gate'
import { askersLimit, eventGate, eventsRequestWeight, limits } from './limits'
import { OpenStreams } from './open-streams'
import { TokenBuckets } from './token-buckets'

/** A credential that was good counts as such for so long when its network sends bad ones. */
const goodForMs = 10 * 60_000

/** What the askers of one console have had. */
export class Admission {
  readonly streams = new OpenStreams()
  readonly #requests: TokenBuckets
  readonly #events: TokenBuckets
  readonly #anonymous = new TokenBuckets(limits.anonymous)
  readonly #refused = new TokenBuckets(limits.refused)
  readonly #gate = new FairGate(eventGate)
  readonly #goodLately = new Map<string, number>()

  constructor(private readonly console: Console) {
    const { requestsPerS, eventsPerS } = console.env
    this.#requests = new TokenBuckets(rateOf(limits.requests, requestsPerS))
    this.#events = new TokenBuckets(rateOf(limits.events, eventsPerS))
  }

  /** Who asks, as `authenticate` says, and that they may ask so much now. */
  async admit(headers: Headers, requests = 1): Promise<Principal | null> {
    const credential = credentialOf(headers)
    const network = networkOf(addressOf(headers))
    const now = this.console.clock.now()
    if (credential === null) {
      requireNoWait(this.#anonymous.tryTake(network, requests, now), 'requests without a sign-in')
      return null
    }
    const isKnown = (this.#goodLately.get(credential) ?? 0) > now
    // Counted before it is looked at, so that many at once are no way around; given back to one that is good.
    if (!isKnown) requireNoWait(this.#refused.tryTake(network, 1, now), 'sign-ins that are not valid')
    const principal = await authenticate(this.console, headers)
    if (principal === null) {
      if (isKnown) this.#refused.take(network, 1, now)
      this.#goodLately.delete(credential)
      return null
    }
    if (!isKnown) this.#refused.take(network, -1, now)
    this.#remember(credential, now)
    requireNoWait(this.#requests.tryTake(askerOf(principal), requests, now), 'requests')
    return principal
  }

  /** Takes a body of events in its turn; `work` says how many events it was. */
  async takeEvents<T>(
    { principal, bytes }: { principal: Principal; bytes: number },
    work: () => Promise<{ events: number; answer: T }>,
  ): Promise<T> {
    const asker = askerOf(principal)
    return this.#gate.hold(asker, bytes, async () => {
      requireNoWait(this.#events.tryTake(asker, eventsRequestWeight, this.console.clock.now()), 'events')
      const { events, answer } = await work()
      this.#events.take(asker, events, this.console.clock.now())
      return answer
    })
  }

  #remember(credential: string, now: number): void {
    this.#goodLately.delete(credential)
    this.#goodLately.set(credential, now + goodForMs)
    if (this.#goodLately.size > askersLimit)
      this.#goodLately.delete(this.#goodLately.keys().next().value ?? '')
  }
}

export const askerOf = ({ kind, id }: Principal): string => `${kind} ${id}`

const rateOf = ({ perS, burst }: { perS: number; burst: number }, wanted: number | undefined) =>
  wanted === undefined ? { perS, burst } : { perS: wanted, burst: wanted * (burst / perS) }

function requireNoWait(waitMs: number, what: string): void {
  if (waitMs === 0) return
  const retryAfterS = Math.ceil(waitMs / 1_000)
  throw new AppError(
    'too_many_requests',
    `Refused: more ${what} than the limit allows. Go on in ${retryAfterS} s, and ask less often.`,
    { retryAfterS },
  )
}

// Next loads server code into several module graphs of one process: only globalThis is shared by them.
const holder = globalThis as { parallaxAdmission?: WeakMap<Console, Admission> }

export function admissionOf(console: Console): Admission {
  const known = (holder.parallaxAdmission ??= new WeakMap<Console, Admission>())
  const admission = known.get(console) ?? new Admission(console)
  known.set(console, admission)
  return admission
}
