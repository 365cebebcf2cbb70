import { inTransaction, type Pool, type PoolClient } from '../clients'
import { AppError, bind } from '../platform'
import {
  commitThrough,
  type BucketWrite,
  type SpeedCommit,
  type SpeedCommitResult,
  type SpeedView,
} from './commit-speed'
import type { BucketValue, PartitionCommit, PositionRow } from './speed-commit'

/** Rows of one UNNEST statement. */
const maxRowsPerStatement = 20_000

/** The speed view in Postgres. */
export function speedViewOf(pool: Pool): SpeedView {
  return { transact: (fn) => inTransaction(pool, (client) => fn(bind(client, speedViewStatements))) }
}

export const commitSpeed = (pool: Pool, input: SpeedCommit): Promise<SpeedCommitResult> =>
  commitThrough(speedViewOf(pool), input)

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

interface BucketRow {
  at: number
  acc: (string | null)[]
  sketch: Buffer | null
  late: number
  duplicate: number
  invalid: number
}

/** What is stored of each, by its place among `writes`. */
async function readBuckets(
  client: PoolClient,
  writes: readonly BucketWrite[],
): Promise<Map<number, BucketValue>> {
  const stored = new Map<number, BucketValue>()
  for (let from = 0; from < writes.length; from += maxRowsPerStatement) {
    const slice = writes.slice(from, from + maxRowsPerStatement)
    for (const [at, value] of await readSome(client, slice)) stored.set(from + at, value)
  }
  return stored
}

async function readSome(
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
  commits: readonly PartitionCommit[],
  leaseMs: number,
): Promise<void> {
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

/** What `commitThrough` asks of the speed view, in one transaction. */
export const speedViewStatements = { lockPositions, readBuckets, upsertBuckets, advancePositions }
