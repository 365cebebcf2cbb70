import type { Pool } from '../clients'
import { logger } from '../platform'
import { insertAccessEvents, type AccessEvent } from './access-book-store'
import { plainText } from './shown-account'

const flushEveryMs = 2_000
/** Of one interval; what is beyond is told as a number. */
const eventsLimit = 500

/** Refused access, kept for the alert on it; written a moment later, so that a flood costs no statement each. */
class AccessBook {
  private events: AccessEvent[] = []
  private more = 0
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly pool: Pool) {}

  add(event: AccessEvent): void {
    if (this.events.length < eventsLimit) this.events.push(event)
    else this.more++
    this.timer ??= setTimeout(() => void this.flush(), flushEveryMs).unref()
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    const { events, more } = this
    const last = events.at(-1)
    if (last === undefined) return
    if (more > 0) last.detail = { ...last.detail, more }
    this.events = []
    this.more = 0
    try {
      await insertAccessEvents(this.pool, events)
    } catch (error) {
      logger('auth').warn({ err: error, events: events.length + more }, 'refused access was not recorded')
    }
  }
}

const books = new WeakMap<Pool, AccessBook>()

function bookOf(pool: Pool): AccessBook {
  const book = books.get(pool) ?? new AccessBook(pool)
  books.set(pool, book)
  return book
}

/** Notes that access was refused. `principal`: whose it was, or was claimed to be. */
export function noteRefusal(pool: Pool, event: Omit<AccessEvent, 'at'>): void {
  const { principal, address } = event
  bookOf(pool).add({
    ...event,
    at: Date.now(),
    principal: principal === null ? null : plainText(principal.replace(/^token:/, '')),
    address: plainText(address),
  })
}

/** Writes what is noted. */
export const flushRefusals = (pool: Pool): Promise<void> => bookOf(pool).flush()
