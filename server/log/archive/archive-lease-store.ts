import { inTransaction, noteFenced, noteTakeovers, type Pool } from '../../clients'
import { leaseTimes } from '../../platform'
import { positionId } from './archive-store'

export interface Lease {
  owner: string
  /** Grows with every change of owner; a write that carries an old one is refused. */
  fence: number
  /** Every message up to here is in a live segment or a dead letter. */
  seq: number
}

/** Null while another archiver holds the lease. */
export async function acquireLease(pool: Pool, owner: string): Promise<Lease | null> {
  await pool.query(
    `INSERT INTO archive_position (id, seq, fence) VALUES ($1, 0, 0) ON CONFLICT (id) DO NOTHING`,
    [positionId],
  )
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Omit<Lease, 'owner'> & { before: string | null }>(
      `WITH free AS (
         SELECT id, owner FROM archive_position
          WHERE id = $1 AND (owner IS NULL OR lease_until IS NULL OR lease_until < clock_timestamp())
            FOR UPDATE SKIP LOCKED)
       UPDATE archive_position p
          SET owner = $2, fence = p.fence + 1, lease_until = clock_timestamp() + $3 * interval '1 millisecond'
         FROM free f WHERE p.id = f.id
       RETURNING p.fence, p.seq, f.owner AS before`,
      [positionId, owner, leaseTimes.leaseMs],
    )
    const [taken] = rows
    if (!taken) return null
    const { before, ...lease } = taken
    if (before !== null)
      await noteTakeovers(client, [
        { kind: 'archive', name: 'archive', fromOwner: before, toOwner: owner, leases: 1 },
      ])
    return { owner, ...lease }
  })
}

/** False when the lease is another's by now. */
export async function renewLease(pool: Pool, { owner, fence }: Lease): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE archive_position SET lease_until = clock_timestamp() + $3 * interval '1 millisecond'
      WHERE id = $1 AND fence = $2`,
    [positionId, fence, leaseTimes.leaseMs],
  )
  if (rowCount !== 1) await noteFenced(pool, { kind: 'archive', owner })
  return rowCount === 1
}

export async function releaseLease(pool: Pool, { fence }: Lease): Promise<void> {
  await pool.query(
    'UPDATE archive_position SET owner = NULL, lease_until = NULL WHERE id = $1 AND fence = $2',
    [positionId, fence],
  )
}
