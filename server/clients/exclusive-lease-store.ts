import { leaseTimes } from '../platform'
import type { Pool, PoolClient } from './pool'
import { noteFenced, noteTakeovers } from './takeovers'

export interface ExclusiveLease {
  name: string
  owner: string
  fence: number
}

/**
 * Whether somebody holds the lock of `name` and still says so. A holder whose lease ran out is stopped or cut off,
 * yet its session may hold the lock for hours: the session is ended here, and with it all that it had not committed.
 */
export async function isHeld(pool: Pool, name: string): Promise<boolean> {
  const { rows } = await pool.query<{ held: boolean }>({
    name: 'exclusive-is-held',
    text: `SELECT CASE WHEN l.lease_until >= clock_timestamp() THEN true
                       ELSE NOT pg_terminate_backend(a.pid, ${leaseTimes.standByMs}) END AS held
             FROM exclusive_lease l
             JOIN pg_stat_activity a ON a.pid = l.backend AND a.backend_start = l.backend_start
            WHERE l.name = $1`,
    values: [name],
  })
  return rows[0]?.held ?? false
}

/** Takes the lease for the session that has just got the lock. */
export async function takeLease(client: PoolClient, name: string, owner: string): Promise<ExclusiveLease> {
  const { rows: before } = await client.query<{ owner: string; ended: boolean }>(
    'SELECT owner, backend = 0 AS ended FROM exclusive_lease WHERE name = $1',
    [name],
  )
  const { rows } = await client.query<{ fence: number }>({
    name: 'exclusive-take',
    text: `INSERT INTO exclusive_lease AS l (name, owner, fence, backend, backend_start, lease_until)
           SELECT $1, $2, 1, a.pid, a.backend_start, clock_timestamp() + $3 * interval '1 millisecond'
             FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()
           ON CONFLICT (name) DO UPDATE
              SET owner = excluded.owner, fence = l.fence + 1, backend = excluded.backend,
                  backend_start = excluded.backend_start, lease_until = excluded.lease_until
           RETURNING l.fence`,
    values: [name, owner, leaseTimes.leaseMs],
  })
  const [left] = before
  if (left?.ended === false)
    await noteTakeovers(client, [
      { kind: 'exclusive', name, fromOwner: left.owner, toOwner: owner, leases: 1 },
    ])
  return { name, owner, fence: rows[0]?.fence ?? 0 }
}

/** False: another process has taken it since. */
export async function renewLease(pool: Pool, lease: ExclusiveLease): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'exclusive-renew',
    text: `UPDATE exclusive_lease SET lease_until = clock_timestamp() + $3 * interval '1 millisecond'
            WHERE name = $1 AND fence = $2`,
    values: [lease.name, lease.fence, leaseTimes.leaseMs],
  })
  if (rowCount === 0) await noteFenced(pool, { kind: 'exclusive', owner: lease.owner })
  return rowCount !== 0
}

/** Gives it back on the session that holds the lock: that session goes on, so nobody must end it. */
export async function endLease(client: PoolClient, lease: ExclusiveLease): Promise<void> {
  await client.query('UPDATE exclusive_lease SET backend = 0 WHERE name = $1 AND fence = $2', [
    lease.name,
    lease.fence,
  ])
}
