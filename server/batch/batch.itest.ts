import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { systemClock } from '../platform'
import { publishVersions, readVersions, type StagedVersion } from '../serving'
import { History, origin, testDefinition, windowMs } from '../serving/testing'
import type { ArchiveSource } from './archive-source'
import { openDuckDbEngine } from './duckdb-engine'
import type { BatchEngine } from './engine'
import { estimateRun } from './estimate'
import { planRun } from './plan-run'
import { recompute, type RecomputeRequest } from './recompute'
import { archiveOf } from './testing/parquet-archive'
import { verifyVersion } from './verify'

let services: TestServices
let pool: Pool
let engine: BatchEngine
let made = 0
const start = origin - (origin % 3_600_000)

beforeAll(async () => {
  services = await startTestServices()
  pool = services.pool
  engine = await openDuckDbEngine({ tempDir: services.dataDir, threads: 2 })
})
afterAll(async () => {
  await engine.close()
  await services.stop()
})

async function filled(): Promise<History> {
  const history = await new History(pool, testDefinition({ name: `batch-${++made}` }), 3).create()
  for (let i = 0; i < 3_000; i++) {
    const repeated = i > 100 && i % 11 === 0 ? history.log[i - 97] : undefined
    history.append({
      partition: repeated?.partition ?? i % 3,
      id: repeated?.id ?? `e${i}`,
      // Some repeats carry another time, even outside the range: the first position wins all the same.
      time:
        repeated !== undefined && i % 2 === 0
          ? repeated.time
          : start + ((i * 7_919) % 14_400_000) - 7_200_000,
      key: ['a', 'b', 'Zürich', '🛫', '', 'tab\tand\\slash'][i % 6] ?? 'a',
      miles: (i * 31) % 997,
      fare: String(i % 40),
    })
  }
  await history.catchUp()
  return history
}

const range = { from: start - 3_600_000, to: start + 3_600_000 }

async function requestOf(history: History, archive: ArchiveSource): Promise<RecomputeRequest> {
  return {
    pool,
    engine,
    archive,
    clock: systemClock,
    compute: history.compute,
    compiled: history.compiled,
    range,
    cut: await history.rotate(),
    actor: 'test',
    reason: null,
    jobId: null,
  }
}

const rowsOf = async ({ id }: StagedVersion) => {
  const { rows } = await pool.query<{ cell: string }>(
    `SELECT window_start || '/' || key || '/' || (SELECT array_agg(trim_scale(x)) FROM unnest(acc) x)::text AS cell
       FROM version_cell WHERE version_id = $1 ORDER BY window_start, key COLLATE "C"`,
    [id],
  )
  return rows.map(({ cell }) => cell)
}

describe('a recompute', () => {
  it('[law 3] has the same digest whatever the chunks, segments and threads, and the rows of the plain rules', async () => {
    const history = await filled()
    const archive = await archiveOf(history, services.dataDir, 700)
    const request = await requestOf(history, archive)
    const first = await recompute(request)
    expect(first.rows).toBeGreaterThan(1_000)
    const single = await openDuckDbEngine({ tempDir: services.dataDir, threads: 1, memoryMb: 512 })
    try {
      for (const change of [
        {},
        { chunkRows: 300 },
        { chunkRows: 60 },
        { engine: single },
        { archive: await archiveOf(history, services.dataDir, 2_999), chunkRows: 500 },
      ]) {
        const again = await recompute({ ...request, ...change })
        expect(again).toMatchObject({ digest: first.digest, rows: first.rows, events: first.events })
      }
    } finally {
      await single.close()
    }
    const plain = await history.stage(range, request.cut)
    // The plain rules estimate the median; all else is exact there too.
    const exact = (cells: string[]) => cells.map((cell) => cell.slice(0, cell.lastIndexOf(',')))
    expect(exact(await rowsOf(first))).toEqual(exact(await rowsOf(plain)))
  })

  it('tells its progress, and what it scanned', async () => {
    const history = await filled()
    const progress: number[] = []
    const staged = await recompute({
      ...(await requestOf(history, await archiveOf(history, services.dataDir, 1_000))),
      chunkRows: 400,
      onProgress: ({ done }) => progress.push(done),
    })
    expect(progress.at(-1)).toBe(1)
    expect(progress.length).toBeGreaterThan(1)
    expect(staged.bytes).toBe(3_000)
    const estimate = await estimateRun(pool, {
      computeId: history.computeId,
      definition: history.definition,
      range,
    })
    expect(estimate).toMatchObject({ windows: 720, basis: 'the last 1 run of this pipeline' })
    expect(estimate.cells).toBeGreaterThan(500)
  })

  it('leaves only a discarded version without rows when it is aborted or fails', async () => {
    const history = await filled()
    const archive = await archiveOf(history, services.dataDir, 1_000)
    const abort = new AbortController()
    const request = await requestOf(history, archive)
    const aborted = recompute({
      ...request,
      chunkRows: 100,
      signal: abort.signal,
      onProgress: () => {
        abort.abort()
      },
    })
    await expect(aborted).rejects.toThrow()
    const broken: ArchiveSource = {
      ...archive,
      scan: async (type, of) => {
        const scan = await archive.scan(type, of)
        return scan === null ? null : { ...scan, relation: "read_parquet(['/nowhere.parquet'])" }
      },
    }
    await expect(recompute({ ...request, archive: broken })).rejects.toMatchObject({ code: 'internal' })
    const { rows } = await pool.query(
      `SELECT state, rows, (SELECT count(*)::int FROM version_cell c WHERE c.version_id = v.id) AS cells
         FROM version v WHERE compute_id = $1`,
      [history.computeId],
    )
    expect(rows).toEqual([
      { state: 'discarded', rows: 0, cells: 0 },
      { state: 'discarded', rows: 0, cells: 0 },
    ])
  })

  it('waits for the archive to reach the cut, and gives up saying what is missing', async () => {
    const history = await filled()
    const archive = {
      ...(await archiveOf(history, services.dataDir, 1_000)),
      reachedSeq: () => Promise.resolve(5),
    }
    const request = await requestOf(history, archive)
    await expect(recompute({ ...request, archiveWaitMs: 150 })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('the archive is at message 5') as string,
    })
  })

  it('refuses a range that does not hold whole windows', async () => {
    const history = await filled()
    const request = await requestOf(history, await archiveOf(history, services.dataDir, 1_000))
    await expect(
      recompute({ ...request, range: { from: range.from + 1, to: range.to } }),
    ).rejects.toMatchObject({ code: 'bad_request' })
  })
})

describe('verifying a version', () => {
  it('[law 3] finds it equal, and finds out when a row was changed', async () => {
    const history = await filled()
    const archive = await archiveOf(history, services.dataDir, 1_000)
    const staged = await recompute(await requestOf(history, archive))
    const verify = async () => {
      const [version] = await readVersions(pool, [staged.id])
      if (version === undefined) throw new Error('no version')
      return verifyVersion({ pool, engine, archive, compiled: history.compiled, version, chunkRows: 900 })
    }
    expect(await verify()).toMatchObject({
      equal: true,
      rows: { stored: staged.rows, recomputed: staged.rows },
    })
    await pool.query(
      `UPDATE version_cell SET acc[2] = acc[2] + 1 WHERE ctid =
         (SELECT ctid FROM version_cell WHERE version_id = $1 LIMIT 1)`,
      [staged.id],
    )
    const found = await verify()
    expect(found).toMatchObject({ equal: false, recomputed: staged.digest })
    expect(found.ofRows).not.toBe(staged.digest)
  })
})

describe('a scheduled run', () => {
  it('finds closed windows without a version, then nothing, then windows touched or deferred after their cut', async () => {
    const history = await new History(pool, testDefinition({ name: `batch-${++made}` }), 1).create()
    const append = (id: string, time: number) => {
      history.append({ partition: 0, id, time, key: 'a', miles: 1, fare: '1' })
    }
    for (let i = 0; i < 60; i++) append(`e${i}`, start + i * 5_000)
    await history.catchUp()
    const run = async () => {
      const cut = await history.rotate()
      const ranges = await planRun(pool, { computeId: history.computeId, compiled: history.compiled, cut })
      for (const each of ranges) {
        const { id } = await history.stage(each, cut)
        await inTransaction(pool, (client) =>
          publishVersions(client, {
            computeId: history.computeId,
            versionIds: [id],
            actor: 'schedule',
            reason: null,
            jobId: null,
          }),
        )
      }
      return ranges
    }
    // Watermark: last event − 3 s; closed 5 s later.
    const closed = Math.floor((start + 59 * 5_000 - 8_000) / windowMs) * windowMs
    expect(await run()).toEqual([{ from: start, to: closed }])
    expect(await run()).toEqual([])
    append('late', start + 1_000)
    append('later', start - 5 * 3_600_000)
    await history.catchUp()
    const { rows } = await pool.query('SELECT late FROM speed_bucket WHERE compute_id = $1 AND late > 0', [
      history.computeId,
    ])
    expect(rows).toEqual([{ late: 1 }, { late: 1 }])
    expect(await run()).toEqual([
      { from: start - 5 * 3_600_000, to: start - 4 * 3_600_000 },
      { from: start, to: closed },
    ])
    expect(await run()).toEqual([])
    // What the archive has lost since a version counted it is not counted again without it.
    append('latest', start + 2_000)
    await history.catchUp()
    await pool.query(
      `INSERT INTO hole (type, seq_from, seq_to, from_time, to_time, layer, reason)
       VALUES ($1, 1, 9, $2, $3, 'archive', 'test')`,
      [history.definition.eventType, start, closed - 1],
    )
    expect(await run()).toEqual([])
    await pool.query('DELETE FROM hole')
    expect(await run()).toEqual([{ from: start, to: closed }])
  })

  it('fills what the speed layer could not read, once', async () => {
    const history = await new History(pool, testDefinition({ name: `batch-${++made}` }), 1).create()
    for (let i = 0; i < 60; i++) {
      history.append({ partition: 0, id: `e${i}`, time: start + i * 5_000, key: 'a', miles: 1, fare: '1' })
    }
    await history.catchUp()
    await pool.query(
      `INSERT INTO hole (type, partition, seq_from, seq_to, from_time, to_time, layer, reason)
       VALUES ($1, 0, 1, 9, $2, $3, 'speed', 'test')`,
      [history.definition.eventType, start - 18_000_000, start - 17_990_000],
    )
    try {
      const cut = await history.rotate()
      const ranges = await planRun(pool, { computeId: history.computeId, compiled: history.compiled, cut })
      expect(ranges[0]).toEqual({ from: start - 18_000_000, to: start - 14_400_000 })
      const { id } = await history.stage(ranges[0] ?? range, cut)
      await inTransaction(pool, (client) =>
        publishVersions(client, {
          computeId: history.computeId,
          versionIds: [id],
          actor: 'schedule',
          reason: null,
          jobId: null,
        }),
      )
      const again = await planRun(pool, {
        computeId: history.computeId,
        compiled: history.compiled,
        cut: await history.rotate(),
      })
      expect(again.map(({ from }) => from)).toEqual([start])
    } finally {
      await pool.query('DELETE FROM hole')
    }
  })
})

describe('a recompute for a job that did not reach its end', () => {
  it('[law 3] goes on behind the chunks that are staged, with the rows and the digest of an undisturbed one', async () => {
    const history = await filled()
    const archive = await archiveOf(history, services.dataDir, 700)
    const whole = { ...(await requestOf(history, archive)), chunkRows: 300 }
    const undisturbed = await recompute(whole)
    const request = { ...whole, jobId: randomUUID() }
    const begun: number[] = []
    const counting: BatchEngine = {
      ...engine,
      cells: (compiled, scope, signal) => {
        begun.push(scope.from)
        return engine.cells(compiled, scope, signal)
      },
    }
    const failing = recompute({
      ...request,
      engine: counting,
      onProgress: () => {
        if (begun.length === 1) throw new Error('struck')
      },
    })
    await expect(failing).rejects.toThrow('struck')
    // Another that had the job before is woken, and may no longer write.
    const fenced = recompute({ ...request, check: () => Promise.reject(new Error('lost')) })
    await expect(fenced).rejects.toThrow('lost')
    begun.length = 0
    const staged = await recompute({ ...request, engine: counting })
    const { digest, rows, events, bytes } = undisturbed
    expect(staged).toMatchObject({ digest, rows, events, bytes })
    expect(await rowsOf(staged)).toEqual(await rowsOf(undisturbed))
    expect(begun.length).toBeGreaterThan(0)
    expect(Math.min(...begun)).toBeGreaterThan(range.from)
    expect(await recompute(request)).toEqual(staged)
    const { rows: left } = await pool.query('SELECT 1 FROM version_chunk WHERE version_id = $1', [staged.id])
    expect(left).toEqual([])
  })

  it('goes on with nothing that was changed meanwhile', async () => {
    const history = await filled()
    const archive = await archiveOf(history, services.dataDir, 700)
    const request = { ...(await requestOf(history, archive)), chunkRows: 300, jobId: randomUUID() }
    let chunks = 0
    const onProgress = () => {
      if (++chunks === 1) throw new Error('struck')
    }
    await expect(recompute({ ...request, onProgress })).rejects.toThrow('struck')
    await pool.query(
      `DELETE FROM version_cell WHERE ctid = (SELECT c.ctid FROM version_cell c JOIN version v ON v.id = c.version_id
                                               WHERE v.job_id = $1 LIMIT 1)`,
      [request.jobId],
    )
    await expect(recompute(request)).rejects.toMatchObject({ code: 'conflict' })
  })
})
