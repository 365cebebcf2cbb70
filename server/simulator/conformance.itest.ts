import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { jobStatements, type ClaimedJob } from '../control'
import { AppError, bind, Random } from '../platform'
import {
  acquireLeases,
  commitThrough,
  ensurePositions,
  heartbeatLeases,
  publishVersions,
  readSpread,
  releaseLeases,
  rollbackTo,
  rotateEpoch,
  servingStoreOf,
  speedViewOf,
  SpeedBases,
  stageThrough,
  vacuumThrough,
  publishThrough,
  rollbackThrough,
  type Cut,
  type Lease,
} from '../serving'
import { MemoryDb } from './memory-db'
import { memoryStatements } from './stores'
import { Tables } from './tables'
import { localStore } from './testing-local-store'

/**
 * The store in memory is the second implementation of the ports that the product's protocols are written against. What
 * the simulator finds out about them is worth as much as both stores answer alike.
 */
const partitions = 2
const windowMs = 1_000
const held = 60_000
/** A lease that is over at once stands for a worker that stopped answering. */
const lost = -1_000

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

type Local = ReturnType<typeof localStore>
interface Both<T> {
  pg: T
  memory: T
}

const outcome = async (run: Promise<unknown>): Promise<unknown> => {
  try {
    return await run
  } catch (error) {
    return error instanceof AppError ? { code: error.code } : { failed: true }
  }
}

async function beginHistory(pool: Pool, seed: number) {
  await pool.query('DELETE FROM job')
  const pipeline = `history-${seed}`
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO compute (pipeline, hash, type, partitions) VALUES ($1, 'h', 't', $2) RETURNING id`,
    [pipeline, partitions],
  )
  const computeId = rows[0]?.id ?? 0
  const tables = new Tables()
  tables.computes.set(String(computeId), { id: computeId, pipeline, type: 't', partitions, publication: 0 })
  const local = localStore(new MemoryDb(), memoryStatements(tables, Date.now))
  await ensurePositions(pool, [computeId])
  await local.speed.ensurePositions([computeId])
  return { pipeline, computeId, tables, local }
}

type History = Awaited<ReturnType<typeof beginHistory>>

/** Everything that later answers follow from, ids of versions told as their numbers. */
async function stateOf(pool: Pool, { computeId, pipeline, tables }: History): Promise<Both<unknown>> {
  const query = async (sql: string, value: unknown = computeId) =>
    (await pool.query(sql, [value])).rows as unknown
  const pg = {
    positions: await query(
      `SELECT partition, seq, epoch, fence, watermark, owner FROM speed_position WHERE compute_id = $1 ORDER BY 1`,
    ),
    buckets: await query(
      `SELECT window_start AS "windowStart", key, epoch, partition, acc, late FROM speed_bucket WHERE compute_id = $1 ORDER BY 1, 2, 3, 4`,
    ),
    closed: await query(`SELECT epoch, partition, seq FROM closed_epoch WHERE compute_id = $1 ORDER BY 1, 2`),
    versions: await query(
      `SELECT number, state, epoch, cut, rows FROM version WHERE compute_id = $1 ORDER BY number`,
    ),
    cells: await query(
      `SELECT v.number, c.window_start AS "windowStart", c.key, c.acc FROM version_cell c JOIN version v ON v.id = c.version_id
        WHERE v.compute_id = $1 ORDER BY 1, 2, 3`,
    ),
    map: await query(
      `SELECT r.range_from AS "from", r.range_to AS "to", v.number, r.since_number AS since, r.until_number AS until
         FROM publication_range r JOIN version v ON v.id = r.version_id WHERE r.compute_id = $1 ORDER BY 4, 1`,
    ),
    publication: await query(`SELECT publication FROM compute WHERE id = $1`),
    jobs: await query(
      `SELECT status, owner, fence, attempts, cancel_requested AS "cancelRequested" FROM job WHERE pipeline = $1 ORDER BY created_at`,
      pipeline,
    ),
  }
  const number = (id: number) => tables.versions.get(String(id))?.number ?? 0
  const by =
    <T>(...keys: (keyof T)[]) =>
    (a: T, b: T) =>
      keys.reduce((order, key) => order || (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0), 0)
  const memory = {
    positions: [...tables.positions.values()]
      .map(({ partition, seq, epoch, fence, watermark, owner }) => ({
        partition,
        seq,
        epoch,
        fence,
        watermark,
        owner,
      }))
      .sort(by('partition')),
    buckets: [...tables.buckets.values()]
      .map(({ windowStart, key, epoch, partition, cell, late }) => ({
        ...{ windowStart, key, epoch, partition },
        ...{ acc: cell.acc, late },
      }))
      .sort(by('windowStart', 'key', 'epoch', 'partition')),
    closed: [...tables.closed.values()]
      .map(({ epoch, partition, seq }) => ({ epoch, partition, seq }))
      .sort(by('epoch', 'partition')),
    versions: [...tables.versions.values()]
      .map((row) => ({
        number: row.number,
        state: row.state,
        epoch: row.epoch,
        cut: row.cut,
        rows: row.rows,
      }))
      .sort(by('number')),
    cells: [...tables.cells.values()]
      .map(({ versionId, windowStart, key, acc }) => ({ number: number(versionId), windowStart, key, acc }))
      .sort(by('number', 'windowStart', 'key')),
    map: [...tables.ranges.values()]
      .map(({ from, to, versionId, since, until }) => ({ from, to, number: number(versionId), since, until }))
      .sort(by('since', 'from')),
    publication: [{ publication: tables.computes.get(String(computeId))?.publication }],
    jobs: [...tables.jobs.values()].map(({ status, owner, fence, attempts, cancelRequested }) => ({
      ...{ status, owner, fence, attempts, cancelRequested },
    })),
  }
  return { pg, memory }
}

/** Draws operations, does each on both stores, and gives what each answered. */
function operations(pool: Pool, local: Local, { computeId, pipeline }: History, random: Random) {
  const jobs = { pg: [] as ClaimedJob[], memory: [] as ClaimedJob[] }
  const ids = { pg: [] as string[], memory: [] as string[] }
  const versions = { pg: [] as number[], memory: [] as number[] }
  const bases = { pg: new SpeedBases(3), memory: new SpeedBases(3) }
  const leases: Lease[] = []
  const cuts: Cut[] = []
  const serving = servingStoreOf(pool)
  const merge = (_: number, a: { acc: (string | null)[] }, b: { acc: (string | null)[] }) => ({
    acc: a.acc.map((slot, i) => String(Number(slot) + Number(b.acc[i]))),
    sketch: null,
  })
  const seqs: Record<number, number> = {}
  const both = async (...runs: [Promise<unknown>, Promise<unknown>]): Promise<Both<unknown>> => {
    const [pg, memory] = await Promise.all(runs.map(outcome))
    return { pg, memory }
  }
  const pgJobs = bind(pool, {
    beatJob: jobStatements.beatJob,
    endJob: jobStatements.endJob,
    requeueJob: jobStatements.requeueJob,
  })
  const request = { computeId, actor: 'test', reason: null, jobId: null }
  const beat = { leaseMs: held, progress: 0, items: [], etaMs: null, bytes: 0, governor: null }

  const acquire = async () => {
    const input = {
      ...{ computeIds: [computeId], limit: 1 + random.below(2), leaseMs: random.pick([held, lost]) },
      dead: random.chance(0.2) ? ['a'] : [],
    }
    const owner = random.pick(['a', 'b'])
    const sorted = (run: Promise<Lease[]>) =>
      run.then((all) => [...all].sort((a, b) => a.partition - b.partition))
    const answer = await both(
      sorted(acquireLeases(pool, owner, input)),
      sorted(local.speed.acquireLeases(owner, input)),
    )
    leases.push(...(answer.pg as Lease[]))
    return answer
  }
  const commit = () => {
    const lease = leases.length === 0 || random.chance(0.1) ? null : random.pick(leases.slice(-4))
    const partition = lease?.partition ?? random.below(partitions)
    const base = random.chance(0.15) ? random.below(9) : (seqs[partition] ?? 0)
    const seq = base + random.below(4)
    const delta = () => ({
      ...{ windowStart: windowMs * random.below(6), key: random.pick(['x', 'y']) },
      cell: { acc: ['1', String(1 + random.below(9))], sketch: null },
      ...{ late: random.below(2), duplicate: 0, invalid: 0 },
    })
    const cells = new Map([delta(), delta()].map((one) => [`${one.windowStart}/${one.key}`, one]))
    const counters = { messages: 1, events: 1, accepted: 1, filtered: 0, late: 0, duplicate: 0, invalid: 0 }
    const commits = [
      {
        ...{ computeId, partition, fence: lease?.fence ?? 99, baseSeq: base, seq, watermark: seq * 10 },
        ...{ logTime: seq, counters, cells: [...cells.values()] },
      },
    ]
    const through = (view: Parameters<typeof commitThrough>[0], known: SpeedBases) =>
      commitThrough(view, { commits, merge, bases: known, leaseMs: held }).then((result) => {
        if (result.committed.length > 0) seqs[partition] = seq
        return result
      })
    return both(through(speedViewOf(pool), bases.pg), through(local.speed.view, bases.memory))
  }
  const stage = async () => {
    const cut = cuts.length === 0 ? null : random.pick(cuts.slice(-3))
    if (cut === null) return both(Promise.resolve(0), Promise.resolve(0))
    const from = windowMs * random.below(5)
    const range = { from, to: from + windowMs * (1 + random.below(3)) }
    const version = {
      ...{ computeId, pipeline, range, cut, schemas: {}, jobId: null },
      createdBy: 'test',
      reason: null,
    }
    const text = `${from}\tx\t{1,${random.below(9)}}\t\\N\n`
    const write = () => ({
      lines: (async function* () {
        yield await Promise.resolve(text)
      })(),
      figures: () => ({ digest: 'd', events: 1, bytes: 1 }),
    })
    const told = (of: number[]) => (staged: { id: number; number: number; rows: number }) => {
      of.push(staged.id)
      return { number: staged.number, rows: staged.rows }
    }
    return both(
      stageThrough(serving, version, write).then(told(versions.pg)),
      stageThrough(local.serving, version, write).then(told(versions.memory)),
    )
  }
  const publish = () => {
    const places = [...new Set([random.below(versions.pg.length + 1), random.below(versions.pg.length + 1)])]
    const of = (known: number[]) => places.map((place) => known[place] ?? 1_000_000)
    const bare = (run: Promise<{ publication: number; boundary: number | null }>) =>
      run.then(({ publication, boundary }) => ({ publication, boundary }))
    return both(
      bare(
        inTransaction(pool, (client) => publishVersions(client, { ...request, versionIds: of(versions.pg) })),
      ),
      bare(
        local.serving.transact((tx) => publishThrough(tx, { ...request, versionIds: of(versions.memory) })),
      ),
    )
  }
  const rollBack = () => {
    const target = random.chance(0.5) ? { version: 1 + random.below(6) } : { publication: random.below(5) }
    const bare = (run: Promise<{ publication: number; boundary: number | null }>) =>
      run.then(({ publication, boundary }) => ({ publication, boundary }))
    return both(
      bare(inTransaction(pool, (client) => rollbackTo(client, { ...request, target }))),
      bare(local.serving.transact((tx) => rollbackThrough(tx, { ...request, target }))),
    )
  }
  const vacuum = () => {
    const definition = { windowSizeMs: windowMs, retention: { versions: 1, cellsMs: 1e14 } }
    const clock = { now: () => Date.now() + 49 * 3_600_000 }
    const input = { computeId, definition, clock }
    return both(
      vacuumThrough(serving, { ...input, held: versions.pg }),
      vacuumThrough(local.serving, { ...input, held: versions.memory }),
    )
  }
  const rotate = async () => {
    const answer = await both(
      inTransaction(pool, (client) => rotateEpoch(client, computeId)),
      local.serving.transact((tx) => tx.rotateEpoch(computeId)),
    )
    cuts.push(answer.pg as Cut)
    return answer
  }
  const hold = () => {
    const some = leases.slice(-3)
    const leaseMs = random.pick([held, lost])
    if (random.chance(0.4)) return both(releaseLeases(pool, some), local.speed.releaseLeases(some))
    const sorted = (run: Promise<{ partition: number; fence: number }[]>) =>
      run.then((all) => [...all].sort((a, b) => a.partition - b.partition || a.fence - b.fence))
    return both(
      sorted(heartbeatLeases(pool, some, leaseMs)),
      sorted(local.speed.heartbeatLeases(some, leaseMs)),
    )
  }
  const spread = () => {
    const input = { computeIds: [computeId], leaseMs: held, dead: ['nobody'] }
    return both(readSpread(pool, 'a', input), local.speed.readSpread('a', input))
  }
  const ask = async () => {
    const id = String(ids.memory.length)
    const job = {
      kind: 'reconcile' as const,
      pipeline,
      payload: {},
      items: [],
      createdBy: 'test',
      maxAttempts: 9,
    }
    const made = await jobStatements.insertJob(pool, job)
    if (made !== null) ids.pg.push(made)
    ids.memory.push(id)
    await local.jobs.insertJob({ id, pipeline, maxAttempts: 9 })
    // Instants are kept to the millisecond: two jobs of one have no order.
    await pool.query('SELECT pg_sleep(0.003)')
    return { pg: null, memory: null }
  }
  const claim = async () => {
    const input = { owner: random.pick(['a', 'b']), leaseMs: random.pick([held, lost]) }
    const pg = await inTransaction(pool, (client) => jobStatements.claimJob(client, input))
    const memory = await local.serving.transact((tx) => tx.claimJob(input))
    if (pg !== null) jobs.pg.push(pg)
    if (memory !== null) jobs.memory.push(memory)
    const bare = (job: ClaimedJob | null, of: string[]) =>
      job && { place: of.indexOf(job.id), fence: job.fence, attempts: job.attempts }
    return { pg: bare(pg, ids.pg), memory: bare(memory, ids.memory) }
  }
  const settle = () => {
    const place = random.below(jobs.pg.length)
    const [pg, memory] = [jobs.pg[place], jobs.memory[place]]
    if (pg === undefined || memory === undefined) return both(Promise.resolve(0), Promise.resolve(0))
    const end = { status: 'succeeded' as const, items: [], progress: 1, result: null, error: null }
    const wait = { waitMs: -1_000, error: null, items: [] }
    switch (random.below(5)) {
      case 0:
        return both(pgJobs.endJob(pg, end), local.jobs.endJob(memory, end))
      case 1:
        return both(pgJobs.requeueJob(pg, wait), local.jobs.requeueJob(memory, wait))
      case 2:
        return both(
          jobStatements.markCancel(pool, pg.id).then(() => null),
          local.jobs.markCancel(memory.id).then(() => null),
        )
      case 3:
        return both(
          inTransaction(pool, (client) => jobStatements.lockHeldJob(client, pg)),
          local.jobs.lockHeldJob(memory),
        )
      default:
        return both(pgJobs.beatJob(pg, beat), local.jobs.beatJob(memory, beat))
    }
  }
  const often = [acquire, commit, commit, commit, rotate, stage, publish]
  return { ...{ acquire, often }, all: [...often, hold, rollBack, vacuum, spread, ask, claim, settle] }
}

test('[law 5] [law 6] [law 7] the store in memory answers as Postgres does, to random operations in any order', async () => {
  const { pool } = services
  const did = new Map<string, number>()
  for (let seed = 1; seed <= 5; seed++) {
    const random = new Random(seed)
    const history = await beginHistory(pool, seed)
    const { all, acquire } = operations(pool, history.local, history, random)
    await acquire()
    for (let step = 0; step < 50; step++) {
      const operation = random.pick(all)
      const answer = await operation()
      const where = `seed ${seed} step ${step} ${operation.name}`
      expect(answer.memory, where).toEqual(answer.pg)
      if (step % 3 === 2) {
        const state = await stateOf(pool, history)
        expect(state.memory, where).toEqual(state.pg)
      }
      did.set(operation.name, (did.get(operation.name) ?? 0) + 1)
    }
  }
  expect(did.size).toBe(12)
})
