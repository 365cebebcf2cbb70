import { hostname } from 'node:os'
import { backoffMs, leaseTimes, logger, newId, sleep, type Stop } from '../platform'
import { endLease, isHeld, renewLease, takeLease, type ExclusiveLease } from './exclusive-lease-store'
import { holdConnection } from './held-connection'
import type { Pool, PoolClient } from './pool'

interface Exclusive {
  pool: Pool
  /** Names the advisory lock that the one at work holds, its lease, and the work in the log. */
  name: string
  /** Goes on until the signal aborts, on the connection that holds the lock. */
  work: (client: PoolClient, signal: AbortSignal) => Promise<void>
}

const retryPolicy = { baseMs: 500, maxMs: 30_000 }

/**
 * Runs `work` in one process at a time, whoever has the lock; the others stand by. What fails is tried again, with
 * a new connection. A process that no longer renews its lease loses the connection, and the lock with it; so `work`
 * must stay right beside a successor, whose signal aborts it as soon as the process knows.
 */
export function runExclusively(exclusive: Exclusive): Stop {
  const stopping = new AbortController()
  const owner = `${hostname()}-${process.pid}-${newId().slice(0, 8)}`
  const running = keepTrying(exclusive, owner, stopping.signal)
  return async () => {
    stopping.abort()
    await running
  }
}

async function keepTrying(exclusive: Exclusive, owner: string, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      const worked = !(await isHeld(exclusive.pool, exclusive.name)) && (await turn(exclusive, owner, signal))
      failures = 0
      if (!worked) await sleep(leaseTimes.standByMs, signal)
    } catch (error) {
      failures++
      logger(exclusive.name).warn({ err: error, failures }, `the ${exclusive.name} was interrupted; going on`)
      await sleep(backoffMs(retryPolicy, failures), signal)
    }
  }
}

/** False: another one works. */
async function turn({ pool, name, work }: Exclusive, owner: string, signal: AbortSignal): Promise<boolean> {
  const { client, spoil, release } = await holdConnection(pool)
  try {
    const lock = `parallax ${name}`
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
      [lock],
    )
    const locked = rows[0]?.locked === true
    if (locked) {
      await workUnder(await takeLease(client, name, owner), { pool, client, work, signal })
      await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock])
    }
    return locked
  } catch (error) {
    // The connection ends, and with it the lock.
    spoil(error)
    throw error
  } finally {
    release()
  }
}

interface Under extends Pick<Exclusive, 'pool' | 'work'> {
  client: PoolClient
  signal: AbortSignal
}

async function workUnder(lease: ExclusiveLease, { pool, client, work, signal }: Under): Promise<void> {
  const lost = new AbortController()
  // While the store is away nothing is lost yet: whoever can still do something goes on until it is known.
  const beat = setInterval(() => {
    renewLease(pool, lease).then(
      (held) => {
        if (!held) lost.abort()
      },
      (error: unknown) => {
        logger(lease.name).debug({ err: error }, 'cannot renew the lease')
      },
    )
  }, leaseTimes.heartbeatMs)
  try {
    await work(client, AbortSignal.any([signal, lost.signal]))
    if (lost.signal.aborted) throw new Error('another process has taken the lease')
    await endLease(client, lease)
  } catch (error) {
    // A session that was ended by a successor looks like one that was cut: asking for the lease tells, and is noted.
    await renewLease(pool, lease).catch(() => false)
    throw error
  } finally {
    clearInterval(beat)
  }
}
