import type { Pool, PoolClient } from './pool'

/** The newest are kept; older ones go when one is added. */
const keptTakeovers = 10_000

export interface Takeover {
  kind: 'speed' | 'archive' | 'job' | 'exclusive'
  /** The job or the work; of partitions, how they are called together. */
  name: string
  fromOwner: string
  toOwner: string
  /** How many leases changed hands. */
  leases: number
}

/** Notes what was taken from workers that had stopped answering, in the transaction that takes it. */
export async function noteTakeovers(
  db: Pick<Pool | PoolClient, 'query'>,
  takeovers: readonly Takeover[],
): Promise<void> {
  if (takeovers.length === 0) return
  await db.query({
    name: 'note-takeovers',
    text: `WITH old AS (DELETE FROM takeover WHERE id <= (SELECT max(id) - ${keptTakeovers} FROM takeover))
           INSERT INTO takeover (at, kind, name, from_owner, to_owner, leases)
           SELECT clock_timestamp(), * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[])`,
    values: [
      takeovers.map(({ kind }) => kind),
      takeovers.map(({ name }) => name),
      takeovers.map(({ fromOwner }) => fromOwner),
      takeovers.map(({ toOwner }) => toOwner),
      takeovers.map(({ leases }) => leases),
    ],
  })
}

/** Notes that a worker that was thought dead came back and was refused. */
export async function noteFenced(
  db: Pick<Pool | PoolClient, 'query'>,
  { kind, owner, name }: { kind: Takeover['kind']; owner?: string; name?: string },
): Promise<void> {
  await db.query({
    name: 'note-fenced',
    text: `UPDATE takeover SET fenced_at = clock_timestamp()
            WHERE kind = $1 AND ($2::text IS NULL OR from_owner = $2) AND ($3::text IS NULL OR name = $3)
              AND fenced_at IS NULL`,
    values: [kind, owner ?? null, name ?? null],
  })
}
