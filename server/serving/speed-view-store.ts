import { inTransaction, type Pool, type PoolClient } from '../clients'
import { AppError, crashPoint } from '../platform'
import type { SpeedBases } from './speed-bases'
import {
  addDelta,
  decideCommit,
  inLockOrder,
  partitionKey,
  type BucketValue,
  type CellDelta,
  type LostReason,
  type MergeCells,
  type PartitionCommit,
  type PositionRow,
} from './speed-commit'

/** Rows of one UNNEST statement. */
const maxRowsPerStatement = 20_000

export interface SpeedCommit {
  commits: readonly PartitionCommit[]
  merge: MergeCells
  bases: SpeedBases
  /** How much longer the leases of what is committed last from now, by the database's clock. */
  leaseMs: number
}

export interface SpeedCommitResult {
  committed: { computeId: number; partition: number; epoch: number; cells: number }[]
  lost: { computeId: number; partition: number; reason: LostReason }[]
}

interface BucketWrite {
  commit: PartitionCommit
  epoch: number
  delta: CellDelta
  name: string
  value: BucketValue | undefined
}

/**
 * Writes one flush in one transaction: the absolute values of the changed buckets together with the positions
 * they belong to. What may not be written is reported in `lost` and leaves no trace. When it rejects, the
 * outcome is unknown; committing the same deltas again is safe, because they apply to their `baseSeq` only.
 */
export async function commitSpeed(pool: Pool, input: SpeedCommit): Promise<SpeedCommitResult> {
  const ordered = inLockOrder(input.commits)
  let written: BucketWrite[] = []
  const decision = await inTransaction(pool, async (client) => {
    const rows = await lockPositions(client, ordered)
    const decided = decideCommit(rows, ordered)
    if (decided.accepted.length === 0) return decided
    written = decided.accepted.flatMap(({ commit, epoch }) => {
      input.bases.enter(partitionKey(commit), epoch, commit.baseSeq === 0)
      return commit.cells.map((delta) => ({ commit, epoch, delta, name: cellName(delta), value: undefined }))
    })
    await addToBases(client, written, input)
    await upsertBuckets(client, written)
    crashPoint('speed.commit.inside')
    await advancePositions(client, decided.accepted, input.leaseMs)
    return decided
  })
  for (const { commit, name, value } of written) {
    if (value !== undefined) input.bases.remember(partitionKey(commit), name, value)
  }
  for (const { commit } of decision.lost) input.bases.forget(partitionKey(commit))
  return {
    committed: decision.accepted.map(({ commit, epoch }) => ({
      computeId: commit.computeId,
      partition: commit.partition,
      epoch,
      cells: commit.cells.length,
    })),
    lost: decision.lost.map(({ commit, reason }) => ({
      computeId: commit.computeId,
      partition: commit.partition,
      reason,
    })),
  }
}

const cellName = (cell: { windowStart: number; key: string }) => `${cell.windowStart}/${cell.key}`

async function lockPositions(
  client: PoolClient,
  commits: readonly PartitionCommit[],
): Promise<PositionRow[]> {
  const { rows } = await client.query<PositionRow>({
    name: 'speed-lock-positions',
    text: `SELECT p.compute_id AS "computeId", p.partition, p.seq, p.epoch, p.fence
             FROM unnest($1::int[], $2::int[]) AS k(compute_id, partition)
             JOIN speed_position p USING (compute_id, partition)
            ORDER BY p.compute_id, p.partition
              FOR UPDATE OF p`,
    values: [commits.map((c) => c.computeId), commits.map((c) => c.partition)],
  })
  return rows
}

/** Fills in the absolute value of every write, reading from the store what is not remembered. */
async function addToBases(client: PoolClient, writes: BucketWrite[], { bases, merge }: SpeedCommit) {
  const unknown: BucketWrite[] = []
  for (const write of writes) {
    const base = bases.find(partitionKey(write.commit), write.name)
    if (base === undefined) unknown.push(write)
    else write.value = absolute(write, base ?? undefined, merge)
  }
  for (let from = 0; from < unknown.length; from += maxRowsPerStatement) {
    const slice = unknown.slice(from, from + maxRowsPerStatement)
    const stored = await readBuckets(client, slice)
    slice.forEach((write, i) => {
      write.value = absolute(write, stored.get(i), merge)
    })
  }
}

function absolute({ commit, delta }: BucketWrite, base: BucketValue | undefined, merge: MergeCells) {
  return addDelta(base, delta, (a, b) => merge(commit.computeId, a, b))
}

interface BucketRow {
  at: number
  acc: (string | null)[]
  sketch: Buffer | null
  late: number
  duplicate: number
  invalid: number
}

async function readBuckets(
  client: PoolClient,
  writes: readonly BucketWrite[],
): Promise<Map<number, BucketValue>> {
  const { rows } = await client.query<BucketRow>({
    name: 'speed-read-buckets',
    text: `SELECT (k.at - 1)::int AS at, b.acc, b.sketch, b.late, b.duplicate, b.invalid
             FROM unnest($1::int[], $2::bigint[], $3::text[], $4::int[], $5::int[])
                  WITH ORDINALITY AS k(compute_id, window_start, key, epoch, partition, at)
             JOIN speed_bucket b USING (compute_id, window_start, key, epoch, partition)`,
    values: [
      writes.map((w) => w.commit.computeId),
      writes.map((w) => w.delta.windowStart),
      writes.map((w) => w.delta.key),
      writes.map((w) => w.epoch),
      writes.map((w) => w.commit.partition),
    ],
  })
  return new Map(
    rows.map(({ at, acc, sketch, late, duplicate, invalid }) => [
      at,
      { cell: { acc, sketch }, late, duplicate, invalid },
    ]),
  )
}

async function upsertBuckets(client: PoolClient, writes: readonly BucketWrite[]): Promise<void> {
  for (let from = 0; from < writes.length; from += maxRowsPerStatement) {
    const slice = writes.slice(from, from + maxRowsPerStatement)
    const values = slice.map((w) => w.value ?? w.delta)
    await client.query({
      name: 'speed-upsert-buckets',
      text: `INSERT INTO speed_bucket
               (compute_id, window_start, key, epoch, partition, acc, sketch, late, duplicate, invalid)
             SELECT c, w, k, e, p, a::numeric[], s, l, d, i
               FROM unnest($1::int[], $2::bigint[], $3::text[], $4::int[], $5::int[], $6::text[],
                           $7::bytea[], $8::int[], $9::int[], $10::int[]) AS u(c, w, k, e, p, a, s, l, d, i)
             ON CONFLICT (compute_id, window_start, key, epoch, partition) DO UPDATE
                SET acc = excluded.acc, sketch = excluded.sketch, late = excluded.late,
                    duplicate = excluded.duplicate, invalid = excluded.invalid`,
      values: [
        slice.map((w) => w.commit.computeId),
        slice.map((w) => w.delta.windowStart),
        slice.map((w) => w.delta.key),
        slice.map((w) => w.epoch),
        slice.map((w) => w.commit.partition),
        values.map((v) => arrayLiteral(v.cell.acc)),
        values.map((v) => (v.cell.sketch === null ? null : bytes(v.cell.sketch))),
        values.map((v) => v.late),
        values.map((v) => v.duplicate),
        values.map((v) => v.invalid),
      ],
    })
  }
}

/** Slots are texts of exact numbers, which an array literal takes unquoted. */
const arrayLiteral = (acc: readonly (string | null)[]) => `{${acc.map((slot) => slot ?? 'NULL').join(',')}}`

const bytes = (data: Uint8Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

async function advancePositions(
  client: PoolClient,
  accepted: readonly { commit: PartitionCommit }[],
  leaseMs: number,
): Promise<void> {
  const commits = accepted.map(({ commit }) => commit)
  const counters = commits.map((c) => c.counters)
  const { rowCount } = await client.query({
    name: 'speed-advance-positions',
    text: `UPDATE speed_position p
              SET seq = u.seq, watermark = greatest(p.watermark, u.watermark),
                  log_time = coalesce(u.log_time, p.log_time),
                  messages = p.messages + u.messages, events = p.events + u.events,
                  accepted = p.accepted + u.accepted, filtered = p.filtered + u.filtered,
                  late = p.late + u.late, duplicate = p.duplicate + u.duplicate,
                  invalid = p.invalid + u.invalid,
                  lease_until = clock_timestamp() + $14 * interval '1 millisecond',
                  updated_at = clock_timestamp()
             FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                         $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
                         $12::bigint[], $13::bigint[])
                  AS u(compute_id, partition, fence, seq, watermark, log_time, messages, events, accepted,
                       filtered, late, duplicate, invalid)
            WHERE p.compute_id = u.compute_id AND p.partition = u.partition AND p.fence = u.fence
              AND p.seq <= u.seq`,
    values: [
      commits.map((c) => c.computeId),
      commits.map((c) => c.partition),
      commits.map((c) => c.fence),
      commits.map((c) => c.seq),
      commits.map((c) => c.watermark),
      commits.map((c) => c.logTime),
      counters.map((c) => c.messages),
      counters.map((c) => c.events),
      counters.map((c) => c.accepted),
      counters.map((c) => c.filtered),
      counters.map((c) => c.late),
      counters.map((c) => c.duplicate),
      counters.map((c) => c.invalid),
      leaseMs,
    ],
  })
  if (rowCount !== commits.length) {
    throw new AppError(
      'internal',
      `Committing ${commits.length} speed positions wrote ${rowCount ?? 0}: rows locked by this transaction changed. Nothing was written; report this as a defect.`,
    )
  }
}
