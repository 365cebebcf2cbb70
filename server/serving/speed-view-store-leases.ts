import { inTransaction, noteTakeovers, type Pool, type PoolClient, type Takeover } from '../clients'

export interface Lease {
  computeId: number
  partition: number
  /** Goes into every write; grows with every change of hands. */
  fence: number
  /** The committed state to start from. */
  seq: number
  watermark: number | null
  logTime: number | null
  epoch: number
}

export type HeldLease = Pick<Lease, 'computeId' | 'partition' | 'fence'>

export interface SpeedWorkerRow {
  id: string
  host: string
  pid: number
  /** Names the set of processes that `pid` is unique in; see `findDeadWorkers`. */
  scope: string
  detail: Record<string, unknown>
}

/** Position rows of computes in force, one per partition; existing rows stay as they are. */
export async function ensurePositions(pool: Pool, computeIds: readonly number[]): Promise<void> {
  await pool.query({
    name: 'speed-ensure-positions',
    text: `INSERT INTO speed_position (compute_id, partition)
           SELECT c.id, p FROM compute c, generate_series(0, c.partitions - 1) p WHERE c.id = ANY($1::int[])
           ON CONFLICT DO NOTHING`,
    values: [computeIds],
  })
}

/**
 * Writes the worker's heartbeat; by the database's clock, as everything about leases is. One whose leases were taken
 * because it was thought dead is noted as back: whatever it still writes is refused.
 */
export async function writeWorker(pool: Pool, worker: SpeedWorkerRow): Promise<void> {
  await pool.query({
    name: 'speed-write-worker',
    text: `WITH back AS (UPDATE takeover SET fenced_at = clock_timestamp() WHERE from_owner = $1 AND fenced_at IS NULL)
           INSERT INTO worker (id, role, host, pid, started_at, at, detail)
           VALUES ($1, 'speed', $2, $3, clock_timestamp(), clock_timestamp(), $4)
           ON CONFLICT (id) DO UPDATE SET at = clock_timestamp(), detail = excluded.detail`,
    values: [worker.id, worker.host, worker.pid, JSON.stringify({ ...worker.detail, scope: worker.scope })],
  })
}

export async function removeWorkers(pool: Pool, ids: readonly string[]): Promise<void> {
  await pool.query(`DELETE FROM worker WHERE role = 'speed' AND id = ANY($1::text[])`, [ids])
}

/** Speed workers of the same scope as the caller: their process ids can be checked from here. */
export async function workersOfScope(pool: Pool, scope: string): Promise<{ id: string; pid: number }[]> {
  const { rows } = await pool.query<{ id: string; pid: number }>({
    name: 'speed-workers-of-scope',
    text: `SELECT id, pid FROM worker WHERE role = 'speed' AND detail->>'scope' = $1`,
    values: [scope],
  })
  return rows
}

/** Partitions to be held in all, and workers alive to hold them (the caller counts even before its heartbeat). */
export async function readSpread(
  pool: Pool,
  owner: string,
  input: { computeIds: readonly number[]; leaseMs: number; dead: readonly string[] },
): Promise<{ partitions: number; workers: number }> {
  const { rows } = await pool.query<{ partitions: number; workers: number }>({
    name: 'speed-read-spread',
    text: `SELECT (SELECT count(*)::int FROM speed_position WHERE compute_id = ANY($2::int[])) AS partitions,
                  (SELECT count(*)::int + 1 FROM worker
                    WHERE role = 'speed' AND id <> $1 AND id <> ALL($4::text[])
                      AND at > clock_timestamp() - $3 * interval '1 millisecond') AS workers`,
    values: [owner, input.computeIds, input.leaseMs, input.dead],
  })
  return rows[0] ?? { partitions: 0, workers: 1 }
}

/**
 * Takes at most `limit` leases nobody holds (free, expired, or of a worker known dead). Ordered by partition so
 * that a worker comes to hold the same partitions of every compute, and reads the log once for them.
 */
export async function acquireLeases(
  pool: Pool,
  owner: string,
  input: { computeIds: readonly number[]; limit: number; leaseMs: number; dead: readonly string[] },
): Promise<Lease[]> {
  if (input.limit <= 0 || input.computeIds.length === 0) return []
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Lease & { before: string | null }>({
      name: 'speed-acquire-leases',
      text: `WITH free AS (
             SELECT compute_id, partition, owner FROM speed_position
              WHERE compute_id = ANY($2::int[])
                AND (owner IS NULL OR lease_until IS NULL OR lease_until < clock_timestamp()
                     OR owner = ANY($5::text[]))
              ORDER BY partition, compute_id LIMIT $3 FOR UPDATE SKIP LOCKED)
           UPDATE speed_position p
              SET owner = $1, fence = p.fence + 1, updated_at = clock_timestamp(),
                  lease_until = clock_timestamp() + $4 * interval '1 millisecond'
             FROM free f WHERE p.compute_id = f.compute_id AND p.partition = f.partition
        RETURNING p.compute_id AS "computeId", p.partition, p.fence, p.seq, p.watermark,
                  p.log_time AS "logTime", p.epoch, f.owner AS before`,
      values: [owner, input.computeIds, input.limit, input.leaseMs, input.dead],
    })
    await noteTakeovers(client, takeoversOf(owner, rows))
    return rows.map(({ before: _, ...lease }) => lease)
  })
}

function takeoversOf(owner: string, taken: readonly { before: string | null }[]): Takeover[] {
  const counts = new Map<string, number>()
  for (const { before } of taken)
    if (before !== null && before !== owner) counts.set(before, (counts.get(before) ?? 0) + 1)
  return [...counts].map(([fromOwner, leases]) => ({
    kind: 'speed',
    name: 'partitions',
    fromOwner,
    toOwner: owner,
    leases,
  }))
}

/** Extends what is still held and returns it; what is missing from the answer is lost. */
export async function heartbeatLeases(
  pool: Pool,
  held: readonly HeldLease[],
  leaseMs: number,
): Promise<HeldLease[]> {
  if (held.length === 0) return []
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<HeldLease>({
      name: 'speed-heartbeat-leases',
      text: `WITH ${lockedHeld}
             UPDATE speed_position p
                SET lease_until = clock_timestamp() + $4 * interval '1 millisecond'
               FROM held h WHERE p.compute_id = h.compute_id AND p.partition = h.partition
          RETURNING p.compute_id AS "computeId", p.partition, p.fence`,
      values: [...columns(held), leaseMs],
    })
    return rows
  })
}

/** Gives leases back; what another worker took meanwhile stays his. */
export async function releaseLeases(pool: Pool, held: readonly HeldLease[]): Promise<void> {
  if (held.length === 0) return
  await inTransaction(pool, (client: PoolClient) =>
    client.query({
      name: 'speed-release-leases',
      text: `WITH ${lockedHeld}
             UPDATE speed_position p SET owner = NULL, lease_until = NULL, updated_at = clock_timestamp()
               FROM held h WHERE p.compute_id = h.compute_id AND p.partition = h.partition`,
      values: columns(held),
    }),
  )
}

/** Locks in (compute, partition) order, as every transaction over several positions does: no deadlock. */
const lockedHeld = `held AS (
  SELECT p.compute_id, p.partition
    FROM unnest($1::int[], $2::int[], $3::bigint[]) AS k(compute_id, partition, fence)
    JOIN speed_position p ON p.compute_id = k.compute_id AND p.partition = k.partition AND p.fence = k.fence
   ORDER BY p.compute_id, p.partition FOR UPDATE OF p)`

function columns(held: readonly HeldLease[]): [number[], number[], number[]] {
  return [held.map((h) => h.computeId), held.map((h) => h.partition), held.map((h) => h.fence)]
}
