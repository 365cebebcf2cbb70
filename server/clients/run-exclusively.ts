import { backoffMs, logger, sleep, type Stop } from '../platform'
import type { Pool, PoolClient } from './pool'

interface Exclusive {
  pool: Pool
  /** Names the advisory lock that the one at work holds, and the work in the log. */
  name: string
  /** Goes on until the signal aborts, on the connection that holds the lock. */
  work: (client: PoolClient, signal: AbortSignal) => Promise<void>
}

const standByMs = 5_000
const retryPolicy = { baseMs: 500, maxMs: 30_000 }

/**
 * Runs `work` in one process at a time, whoever has the lock; the others stand by. What fails is tried again, with
 * a new connection. A connection that is cut loses the lock, so `work` must stay right beside a successor.
 */
export function runExclusively(exclusive: Exclusive): Stop {
  const stopping = new AbortController()
  const running = keepTrying(exclusive, stopping.signal)
  return async () => {
    stopping.abort()
    await running
  }
}

async function keepTrying(exclusive: Exclusive, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      const worked = await turn(exclusive, signal)
      failures = 0
      if (!worked) await sleep(standByMs, signal)
    } catch (error) {
      failures++
      logger(exclusive.name).warn({ err: error, failures }, `the ${exclusive.name} was interrupted; going on`)
      await sleep(backoffMs(retryPolicy, failures), signal)
    }
  }
}

/** False: another one works. */
async function turn({ pool, name, work }: Exclusive, signal: AbortSignal): Promise<boolean> {
  const client = await pool.connect()
  let broken: Error | undefined
  // A connection that breaks between two statements emits; the next statement rejects, which is what counts.
  const onError = (error: Error) => {
    broken = error
  }
  client.on('error', onError)
  try {
    const lock = `parallax ${name}`
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
      [lock],
    )
    const locked = rows[0]?.locked === true
    if (locked) {
      await work(client, signal)
      await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock])
    }
    return locked
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.off('error', onError)
    // With an error the connection ends, and with it the lock.
    client.release(broken)
  }
}
