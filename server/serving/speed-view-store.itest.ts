import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import type { StoredCell } from '../pipeline'
import { rotateEpoch } from './rotate-epoch'
import { SpeedBases } from './speed-bases'
import type { CellDelta, PartitionCommit } from './speed-commit'
import { commitSpeed } from './speed-view-store'
import {
  acquireLeases,
  ensurePositions,
  heartbeatLeases,
  readSpread,
  releaseLeases,
  removeWorkers,
  workersOfScope,
  writeWorker,
  type Lease,
} from './speed-view-store-leases'

let services: TestServices
let pool: Pool
let computeId: number
let made = 0

beforeAll(async () => {
  services = await startTestServices()
  pool = services.pool
})

afterAll(() => services.stop())

beforeEach(async () => {
  made++
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO compute (pipeline, hash, type, partitions) VALUES ($1, 'h', 't', 2) RETURNING id`,
    [`p${made}`],
  )
  computeId = rows[0]?.id ?? 0
  await ensurePositions(pool, [computeId])
})

const sum = (base: StoredCell, delta: StoredCell): StoredCell => ({
  acc: base.acc.map((slot, i) => String(BigInt(slot ?? 0) + BigInt(delta.acc[i] ?? 0))),
  sketch: delta.sketch,
})
const merge = (_id: number, base: StoredCell, delta: StoredCell) => sum(base, delta)

const cell = (key: string, n: number, causes: Partial<CellDelta> = {}): CellDelta => ({
  windowStart: 60_000,
  key,
  cell: { acc: [String(n), String(10 * n)], sketch: null },
  late: 0,
  duplicate: 0,
  invalid: 0,
  ...causes,
})

function commitOf(lease: Lease, upTo: number, cells: CellDelta[]): PartitionCommit {
  const events = upTo - lease.seq
  return {
    computeId: lease.computeId,
    partition: lease.partition,
    fence: lease.fence,
    baseSeq: lease.seq,
    seq: upTo,
    watermark: upTo * 100,
    logTime: upTo * 1000,
    counters: { messages: events, events, accepted: events, filtered: 0, late: 0, duplicate: 0, invalid: 0 },
    cells,
  }
}

const acquire = (owner: string, limit = 2, dead: string[] = []) =>
  acquireLeases(pool, owner, { computeIds: [computeId], limit, leaseMs: 15_000, dead })

const commit = (commits: PartitionCommit[], bases = new SpeedBases(100)) =>
  commitSpeed(pool, { commits, merge, bases, leaseMs: 15_000 })

async function buckets() {
  const { rows } = await pool.query<{ key: string; epoch: number; partition: number; acc: string[] }>(
    `SELECT key, epoch, partition, acc, late, duplicate, invalid FROM speed_bucket WHERE compute_id = $1
      ORDER BY key, epoch, partition`,
    [computeId],
  )
  return rows
}

async function position(partition = 0) {
  const { rows } = await pool.query(`SELECT * FROM speed_position WHERE compute_id = $1 AND partition = $2`, [
    computeId,
    partition,
  ])
  return rows[0] as Record<string, unknown>
}

async function lease(owner = 'a'): Promise<Lease> {
  const [first] = await acquire(owner, 1)
  if (first === undefined) throw new Error('no lease')
  return first
}

describe('a commit', () => {
  test('[law 7] writes buckets and position together, and adds to what is there', async () => {
    const held = await lease()
    const bases = new SpeedBases(100)
    await commit(
      [commitOf(held, 3, [cell('x', 2), cell('y', 1, { late: 1, duplicate: 2, invalid: 3 })])],
      bases,
    )
    await commit([{ ...commitOf({ ...held, seq: 3 }, 5, [cell('x', 2, { late: 1 })]), baseSeq: 3 }], bases)
    expect(await buckets()).toEqual([
      { key: 'x', epoch: 0, partition: 0, acc: ['4', '40'], late: 1, duplicate: 0, invalid: 0 },
      { key: 'y', epoch: 0, partition: 0, acc: ['1', '10'], late: 1, duplicate: 2, invalid: 3 },
    ])
    expect(await position()).toMatchObject({ seq: 5, watermark: 500, log_time: 5000, events: 5, messages: 5 })
  })

  test('reads back buckets it does not remember', async () => {
    const held = await lease()
    await commit([commitOf(held, 1, [cell('x', 1)])])
    await commit([commitOf({ ...held, seq: 1 }, 2, [cell('x', 1), cell('z', 1)])])
    expect((await buckets()).map((b) => [b.key, b.acc[0]])).toEqual([
      ['x', '2'],
      ['z', '1'],
    ])
  })

  test('[law 5] after a rotation goes into the new epoch, from nothing', async () => {
    const held = await lease()
    const bases = new SpeedBases(100)
    await commit([commitOf(held, 1, [cell('x', 1)])], bases)
    const cut = await inTransaction(pool, (client) => rotateEpoch(client, computeId))
    expect(cut).toMatchObject({ epoch: 0, seqs: [1, 0] })
    const { committed } = await commit([commitOf({ ...held, seq: 1 }, 4, [cell('x', 3)])], bases)
    expect(committed).toMatchObject([{ computeId, partition: 0, epoch: 1, cells: 1 }])
    expect((await buckets()).map((b) => [b.epoch, b.acc[0]])).toEqual([
      [0, '1'],
      [1, '3'],
    ])
  })

  test('[law 7] of a fenced-out worker writes nothing, while its neighbours in the flush are written', async () => {
    const [first, second] = await acquire('a')
    if (first === undefined || second === undefined) throw new Error('no leases')
    await pool.query(
      `UPDATE speed_position SET lease_until = now() WHERE compute_id = $1 AND partition = 0`,
      [computeId],
    )
    const [taken] = await acquire('b', 1)
    const result = await commit([commitOf(first, 1, [cell('x', 1)]), commitOf(second, 1, [cell('y', 1)])])
    expect(taken?.fence).toBe(first.fence + 1)
    expect(result.lost).toEqual([{ computeId, partition: 0, reason: 'fenced' }])
    expect((await buckets()).map((b) => b.key)).toEqual(['y'])
    expect(await position()).toMatchObject({ seq: 0, owner: 'b' })
  })

  test('[law 7] sent twice is refused the second time', async () => {
    const held = await lease()
    const deltas = commitOf(held, 2, [cell('x', 2)])
    await commit([deltas])
    expect((await commit([deltas])).lost).toEqual([{ computeId, partition: 0, reason: 'moved' }])
    expect((await buckets())[0]?.acc).toEqual(['2', '20'])
  })

  test('from a position the database no longer has is refused: it would leave a gap', async () => {
    const held = await lease()
    await commit([commitOf(held, 5, [])])
    await pool.query(`UPDATE speed_position SET seq = 2 WHERE compute_id = $1`, [computeId]) // restored backup
    const { lost } = await commit([commitOf({ ...held, seq: 5 }, 6, [cell('x', 1)])])
    expect(lost).toMatchObject([{ reason: 'moved' }])
  })

  test('whose transaction fails leaves neither buckets nor position, and can be sent again', async () => {
    const held = await lease()
    const bases = new SpeedBases(100)
    const broken = cell('x', 1)
    broken.cell = { acc: ['not a number'], sketch: null }
    await expect(commit([commitOf(held, 1, [cell('w', 1), broken])], bases)).rejects.toThrow()
    expect(await buckets()).toEqual([])
    await commit([commitOf(held, 1, [cell('w', 1)])], bases)
    expect((await buckets()).map((b) => b.acc[0])).toEqual(['1'])
  })

  test('keeps null slots, sketches, odd keys and numbers beyond doubles as they are', async () => {
    const held = await lease()
    const keys = ['', 'a"b\\c{,}', 'NULL', '日本 🛫', "o'k"]
    const odd = {
      acc: ['1', null, '123456789012345678901234567890.5', '-0.000001'],
      sketch: Buffer.from([0, 255]),
    }
    await commit([
      commitOf(
        held,
        1,
        keys.map((key) => ({ ...cell(key, 1), cell: odd })),
      ),
    ])
    const { rows } = await pool.query<{ key: string; acc: string[]; sketch: Buffer }>(
      `SELECT key, acc, sketch FROM speed_bucket WHERE compute_id = $1`,
      [computeId],
    )
    expect(rows.map((row) => row.key).sort()).toEqual([...keys].sort())
    for (const row of rows) expect({ acc: row.acc, sketch: row.sketch }).toEqual(odd)
  })
})

describe('leases', () => {
  test('are held by one worker until they expire, and grow their fence when they change hands', async () => {
    expect(await acquire('a')).toMatchObject([
      { partition: 0, fence: 1 },
      { partition: 1, fence: 1 },
    ])
    expect(await acquire('b')).toEqual([])
    await pool.query(`UPDATE speed_position SET lease_until = now() - interval '1 ms'`)
    expect(await acquire('b', 1)).toMatchObject([{ partition: 0, fence: 2 }])
  })

  test('of a worker known dead are taken at once', async () => {
    await acquire('a')
    expect(await acquire('b', 2, ['a'])).toHaveLength(2)
  })

  test('are extended by the heartbeat only while held', async () => {
    const held = await acquire('a')
    await acquire('b', 1, ['a'])
    expect(await heartbeatLeases(pool, held, 15_000)).toMatchObject([{ partition: 1, fence: 1 }])
  })

  test('given back are free at once, except what another worker took', async () => {
    const held = await acquire('a')
    await acquire('b', 1, ['a'])
    await releaseLeases(pool, held)
    expect(await acquire('c')).toMatchObject([{ partition: 1, fence: 2 }])
  })

  test('are taken once by workers that race for them', async () => {
    const taken = (await Promise.all(['a', 'b', 'c', 'd'].map((owner) => acquire(owner, 1)))).flat()
    expect(new Set(taken.map((l) => l.partition)).size).toBe(taken.length)
    const rest = await acquire('e', 9)
    expect(taken.length + rest.length).toBe(2)
  })

  test('are spread over the workers whose heartbeat is fresh', async () => {
    const row = { host: 'h', pid: 1, scope: 's', detail: {} }
    await writeWorker(pool, { ...row, id: 'a' })
    await writeWorker(pool, { ...row, id: 'b' })
    await writeWorker(pool, { ...row, id: 'gone' })
    await pool.query(`UPDATE worker SET at = now() - interval '1 minute' WHERE id = 'gone'`)
    expect(await readSpread(pool, 'a', { computeIds: [computeId], leaseMs: 15_000, dead: [] })).toEqual({
      partitions: 2,
      workers: 2,
    })
    const known = { computeIds: [computeId], leaseMs: 15_000, dead: ['b'] }
    expect((await readSpread(pool, 'a', known)).workers).toBe(1)
    expect((await workersOfScope(pool, 's')).map((w) => w.id).sort()).toEqual(['a', 'b', 'gone'])
    await removeWorkers(pool, ['a', 'b', 'gone'])
  })
})
