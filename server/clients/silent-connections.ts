import type { Socket } from 'node:net'
import pg from 'pg'
import { logger } from '../platform'

/** How often connections are looked at, and how long one that was asked may say nothing before it is enquired after. */
const lookMs = 2_000
const silentMs = 8_000
const enquiryMs = 4_000
/** The server could not be asked so often in a row: its connections are given up. */
const failedEnquiries = 2
/** A backend that has been idle so long, while its client still waits, has answered into nothing. */
const idleMs = 3_000

interface Watched {
  client: pg.PoolClient & { processID?: number; readyForQuery?: boolean }
  stream: Socket
  /** When it last had nothing to answer, or had said something since the look before. */
  heardAt: number
  bytesRead: number
}

/** What the server says of a backend. */
export interface BackendState {
  state: string | null
  waitEvent: string | null
  /** Since it last changed its state. */
  forMs: number
}

/**
 * Ends connections on which no answer will come: the packets of a broken network vanish without a word, and TCP alone
 * notices after a quarter of an hour. A connection that was asked and is silent is enquired after on a new one; a
 * backend that works or waits for a lock is waited for, however long that takes.
 */
export function watchSilence(pool: pg.Pool, url: string): void {
  const watched = new Map<pg.PoolClient, Watched>()
  let timer: NodeJS.Timeout | undefined
  let lookedAt = 0
  let enquiring = false
  let failures = 0

  const giveUp = (one: Watched, why: string) => {
    logger('postgres').warn({ backend: one.client.processID, why }, 'a connection without an answer is ended')
    one.stream.destroy(new Error(`The database did not answer: ${why}.`))
  }
  const look = async () => {
    const now = performance.now()
    // After a pause of this very process what was heard meanwhile is not yet read: not a silence of the server.
    const wasAway = now - lookedAt > 2 * lookMs
    lookedAt = now
    for (const one of watched.values()) {
      const { bytesRead } = one.stream
      if (one.client.readyForQuery === true || bytesRead !== one.bytesRead) one.heardAt = now
      one.bytesRead = bytesRead
    }
    const silent = [...watched.values()]
      .filter((one) => now - one.heardAt >= silentMs)
      // As they are now: looking goes on while it is enquired.
      .map((one) => ({ ...one }))
    if (silent.length === 0 || wasAway || enquiring) return
    enquiring = true
    const pids = silent.flatMap(({ client }) => client.processID ?? [])
    const states = await enquire(url, pids)
    enquiring = false
    failures = states === null ? failures + 1 : 0
    for (const one of silent) {
      if (one.stream.bytesRead !== one.bytesRead) continue
      const why =
        states === null
          ? failures >= failedEnquiries
            ? 'it cannot be reached'
            : null
          : whyDead(states.get(one.client.processID ?? 0), one.stream.isPaused())
      if (why !== null) giveUp(one, why)
    }
  }
  pool.on('connect', (client) => {
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
    // Looked at from outside: whoever copies rows takes the connection over, and suffers no other listener.
    const one: Watched = { client, stream, heardAt: performance.now(), bytesRead: stream.bytesRead }
    stream.once('close', () => {
      watched.delete(client)
      if (watched.size > 0) return
      clearInterval(timer)
      timer = undefined
    })
    watched.set(client, one)
    if (timer !== undefined) return
    lookedAt = performance.now()
    timer = setInterval(() => void look(), lookMs).unref()
  })
}

/** Why no answer can come any more; null: it still can. */
export function whyDead(backend: BackendState | undefined, isPaused: boolean): string | null {
  if (backend === undefined) return 'its backend is gone'
  if (backend.forMs < idleMs) return null
  if (backend.state?.startsWith('idle')) return 'its backend has nothing to do'
  // It cannot send what we would read at once.
  return backend.waitEvent === 'ClientWrite' && !isPaused ? 'its answer does not arrive' : null
}

/** Null when the server cannot be asked. */
async function enquire(url: string, pids: readonly number[]): Promise<Map<number, BackendState> | null> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: enquiryMs,
    query_timeout: enquiryMs,
    application_name: 'parallax-enquiry',
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<BackendState & { pid: number }>(
      `SELECT pid, state, wait_event AS "waitEvent",
              (extract(epoch FROM clock_timestamp() - state_change) * 1000)::float8 AS "forMs"
         FROM pg_stat_activity WHERE pid = ANY($1::int[])`,
      [pids],
    )
    return new Map(rows.map(({ pid, ...state }) => [pid, state]))
  } catch {
    return null
  } finally {
    void client.end().catch(() => undefined)
  }
}
