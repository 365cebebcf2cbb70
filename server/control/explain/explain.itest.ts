import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckDbEngine, recompute, type ArchiveSource } from '../../batch'
import { inTransaction } from '../../clients'
import { startTestServices, type TestServices } from '../../clients/testing'
import {
  archivedRelation,
  archivedSeq,
  provisionStreams,
  runArchiver,
  subjectOf,
  type LogEvent,
} from '../../log'
import { AppError, Random, readEnv, sleep, systemClock, type Stop } from '../../platform'
import { publishVersions, readValues, rotateEpoch } from '../../serving'
import { runSpeedWorker } from '../../speed'
import {
  addTestPipeline,
  publishSales,
  randomSales,
  readWholeLog,
  testPartitions,
  testType,
  untilFolded,
  type TestPipeline,
} from '../../speed/testing'
import { readable } from '../compiled'
import { wireConsole, type Console } from '../console'
import { explain } from './explain-cell'
import { explainEvents } from './explain-events'
import type { CellExplanation, ExplainedEvent } from './model'
import { decidePlainly, type PlainDecision } from './testing-decisions'

let services: TestServices
let console: Console
let pipeline: TestPipeline
let stopSpeed: Stop
let version: number
/** Every message is of this time or before: windows are chosen from here. */
let expected: PlainDecision[]

const name = 'sales'

const structured = ({ type, source, id, timeMs, data }: LogEvent) =>
  JSON.stringify({ specversion: '1.0', type, source, id, time: new Date(timeMs).toISOString(), data })

/** Copies in a partition that is not theirs, where speed has never met them; and events without a key. */
async function publishOddities(sales: readonly LogEvent[]) {
  for (const sale of sales) {
    for (let partition = 0; partition < testPartitions; partition++)
      await services.nats.js.publish(subjectOf(testType, partition), structured(sale))
    const nameless = { ...sale, id: `${sale.id}-nameless`, data: { amount: 3 } }
    await services.nats.js.publish(subjectOf(testType, 0), structured(nameless))
  }
}

async function until(isDone: () => Promise<boolean>) {
  for (let i = 0; i < 600; i++) {
    if (await isDone()) return
    await sleep(50)
  }
  throw new Error('it did not come to that')
}

const lastSeq = async () => {
  const { state } = await services.nats.jsm.streams.info('EVENTS')
  return state.last_seq
}

/** As the batch worker does it: a cut, a recount of everything at it, a publication. */
async function recountAll(archive: ArchiveSource): Promise<number> {
  const { compute, compiled } = await readable(console, name)
  const engine = await openDuckDbEngine({ tempDir: services.dataDir, threads: 1 })
  try {
    const cut = await inTransaction(services.pool, (client) => rotateEpoch(client, compute.id))
    const now = Math.floor(Date.now() / pipeline.windowMs) * pipeline.windowMs
    const staged = await recompute({
      ...{ pool: services.pool, engine, archive, clock: systemClock, compute, compiled, cut },
      ...{
        range: { from: now - 600_000, to: now + 60_000 },
        actor: 'ada@example.org',
        reason: 'why',
        jobId: null,
      },
    })
    const flip = { computeId: compute.id, actor: 'ada@example.org', reason: 'why', jobId: null }
    await inTransaction(services.pool, (client) =>
      publishVersions(client, { ...flip, versionIds: [staged.id] }),
    )
    return staged.number
  } finally {
    await engine.close()
  }
}

beforeAll(async () => {
  services = await startTestServices()
  const { pool, nats, dataDir } = services
  await provisionStreams(nats, { maxBytes: 256 * 1024 ** 2 })
  console = await wireConsole({ env: { ...readEnv({}), dataDir }, pool, nats, clock: systemClock })
  const archiveDir = console.archiveDir
  pipeline = await addTestPipeline(pool, {
    ...{
      name,
      windowMs: 5_000,
      allowedMs: 1_000,
      outOfOrderMs: 1_000,
      horizonMs: 3_600_000,
      beyond: 'defer',
    },
  })
  stopSpeed = await runSpeedWorker({ pool, nats, schemas: null })
  const stopArchiver = await runArchiver({
    ...{ pool, nats, dir: archiveDir, partitions: testPartitions, schemas: console.registry, owner: 'test' },
    ...{ flushMs: 50, compactEveryMs: 200 },
  })
  const random = new Random(7)
  const archive: ArchiveSource = {
    reachedSeq: () => archivedSeq(pool),
    scan: (type, range) =>
      archivedRelation(pool, archiveDir, {
        type,
        ...(range === null ? {} : { fromMs: range.from, toMs: range.to }),
      }),
  }
  const archived = async () => until(async () => (await archivedSeq(pool)) >= (await lastSeq()))

  const first = randomSales(random, 600, Date.now)
  await publishSales(services, random, first)
  await publishOddities(first.slice(0, 12))
  await untilFolded(services, pipeline.computeId)
  await archived()
  // A closed epoch in between, so that deciding does not start with the log.
  await inTransaction(pool, (client) => rotateEpoch(client, pipeline.computeId))
  const second = randomSales(random, 400, Date.now)
  await publishSales(services, random, [...second, ...first.slice(0, 30)])
  await untilFolded(services, pipeline.computeId)
  version = await recountAll(archive)

  const third = randomSales(random, 300, Date.now)
  await publishSales(services, random, [...third, ...first.slice(30, 60)])
  await publishOddities(second.slice(0, 12))
  await untilFolded(services, pipeline.computeId)
  await archived()
  await stopArchiver()
  await publishSales(services, random, randomSales(random, 200, Date.now))
  await publishOddities(third.slice(0, 8))
  await untilFolded(services, pipeline.computeId)
  await stopSpeed()
  await publishSales(services, random, randomSales(random, 60, Date.now))

  const positions = await pool.query<{ seq: number }>(
    'SELECT seq FROM speed_position WHERE compute_id = $1 ORDER BY partition',
    [pipeline.computeId],
  )
  const cut = await pool.query<{ cut: number[] }>('SELECT cut FROM version WHERE number = $1', [version])
  expected = decidePlainly(await readWholeLog(services), pipeline, {
    cut: cut.rows[0]?.cut ?? null,
    folded: positions.rows.map(({ seq }) => seq),
  })
})
afterAll(async () => {
  await console.archiveReader.close()
  console.registry.close()
  await services.stop()
})

async function allEvents(
  windowStart: number,
  key: string,
  show: 'all' | 'different' = 'all',
  limit = 40,
): Promise<ExplainedEvent[]> {
  const events: ExplainedEvent[] = []
  let cursor: string | undefined
  do {
    const page = await explainEvents(console, { pipeline: name, windowStart, key, show, limit, cursor })
    events.push(...page.events)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return events
}

const cellsOf = () => {
  const names = new Map(
    expected.flatMap(({ windowStart, key }) =>
      key === null ? [] : [[`${windowStart} ${key}`, { windowStart, key }]],
    ),
  )
  return [...names.values()]
}
const behind = (windowStart: number, key: string) =>
  expected.filter(
    (event) =>
      event.windowStart === windowStart && (event.key === key || (event.key === null && event.passes)),
  )
const marksOf = (events: readonly PlainDecision[]) =>
  events.map(({ seq, index, speed, batch, served, first }) => ({
    ...{ seq, index, served, first },
    countedBy: speed ? (batch ? 'both' : 'speed') : batch ? 'batch' : 'neither',
  }))

describe('the events behind a figure', () => {
  it('[law 5] are all there, in log order, each marked as a plain recount decides, and add up to what is served', async () => {
    const { compute, compiled } = await readable(console, name)
    const { values } = await readValues(services.pool, { compute, compiled, limit: 1_000 })
    const fates = new Set<string>()
    for (const { windowStart, key } of cellsOf()) {
      const events = await allEvents(windowStart, key, 'all', 200)
      for (const event of events) fates.add(`${event.fate} ${event.countedBy}`)
      expect(
        events.map(({ seq, index, served, countedBy, duplicateOf }) => ({
          ...{ seq, index, served, countedBy },
          first: duplicateOf,
        })),
      ).toEqual(marksOf(behind(windowStart, key)))
      const value = values.find((cell) => cell.windowStart === windowStart && cell.key === key)
      expect(events.filter(({ served }) => served).length).toBe(value?.measures.sales ?? 0)
    }
    expect([...fates].sort()).toEqual(
      expect.arrayContaining([
        'counted both',
        'counted speed',
        'duplicate neither',
        'filtered neither',
        'late batch',
        'late neither',
        'missed_duplicate speed',
        'unread neither',
        'unusable_key neither',
      ]),
    )
  })

  it('are counted over all pages, and can be narrowed to those that explain a difference', async () => {
    const cells = cellsOf().filter(({ windowStart, key }) =>
      behind(windowStart, key).some((e) => e.late && e.batch),
    )
    expect(cells.length).toBeGreaterThan(0)
    for (const { windowStart, key } of cells.slice(0, 5)) {
      const page = await explainEvents(console, {
        pipeline: name,
        windowStart,
        key,
        show: 'different',
        limit: 1,
      })
      const all = await allEvents(windowStart, key)
      const different = await allEvents(windowStart, key, 'different')
      expect(different).toEqual(all.filter(({ differs }) => differs))
      expect(page.counts).toMatchObject({
        all: all.length,
        different: different.length,
        served: all.filter(({ served }) => served).length,
        batch: all.filter(({ countedBy }) => countedBy === 'batch').length,
      })
      expect(page.behind).toBeNull()
    }
  })

  it('tell how late, of which message a copy, and what came of it', async () => {
    const late = expected.find((event) => event.late && event.batch && event.key !== null)
    const copy = expected.find((event) => event.first !== null && event.speed && event.key !== null)
    if (late === undefined || copy === undefined) throw new Error('the log has no such event')
    const events = await allEvents(late.windowStart, late.key ?? '')
    const found = events.find(({ seq, index }) => seq === late.seq && index === late.index)
    expect(found?.lateByMs).toBeGreaterThanOrEqual(0)
    expect(found?.reason).toMatch(
      new RegExp(`^Late: its window had been closed for .+; v${version} counted it$`),
    )
    expect(found?.data).toContain('"shop"')
    const copies = await allEvents(copy.windowStart, copy.key ?? '')
    expect(copies.find(({ seq }) => seq === copy.seq)?.reason).toContain(
      `Duplicate of message ${copy.first?.seq}`,
    )
  })

  it('of a key nobody has are none, and a window that is none is refused with the one that holds the instant', async () => {
    const [cell] = cellsOf()
    const windowStart = (cell?.windowStart ?? 0) - 3_600_000
    const page = await explainEvents(console, { pipeline: name, windowStart, key: 'nobody', show: 'all' })
    expect(page).toMatchObject({ events: [], counts: { all: 0 }, nextCursor: null })
    const error: unknown = await explain(console, {
      pipeline: name,
      windowStart: windowStart + 1,
      key: 's1',
    }).catch((thrown: unknown) => thrown)
    expect(error instanceof AppError && error.message).toContain(new Date(windowStart).toISOString())
  })
})

describe('an explanation', () => {
  it('[law 9] tells the served figure with its parts, its version and who published it', async () => {
    const { compute, compiled } = await readable(console, name)
    const { values } = await readValues(services.pool, { compute, compiled, limit: 1_000 })
    for (const value of values.slice(0, 20)) {
      const { windowStart, key } = value
      const found = await explain(console, { pipeline: name, windowStart, key })
      expect(found.kind).toBe('cell')
      const cell = found as CellExplanation
      expect(cell.served.measures).toEqual(value.measures)
      expect(cell.served.completeness).toBe(value.completeness)
      expect(cell.version).toMatchObject({
        number: version,
        inForceSince: { actor: 'ada@example.org', reason: 'why' },
      })
      expect(cell.lastReconcile).toMatchObject({ version, actor: 'ada@example.org', inForce: true })
      expect(cell.definition).toMatchObject({ version: 1, createdBy: 'test' })
      const mine = behind(windowStart, key)
      expect(cell.served.events).toBe(mine.filter(({ served }) => served).length)
      const late = cell.speed.reduce((sum, part) => sum + part.late, 0)
      expect(late).toBe(mine.filter(({ deferred }) => deferred).length)
    }
  })

  it('tells the last comparisons with their causes, who waits for whom, and the corrections sent', async () => {
    const { pool } = services
    const { computeId } = pipeline
    const windowStart = cellsOf()[0]?.windowStart ?? 0
    const key = cellsOf()[0]?.key ?? ''
    const staged = await pool.query<{ id: number; number: number }>(
      `INSERT INTO version (compute_id, number, pipeline, range_from, range_to, epoch, cut, state, schemas, created_by)
       SELECT compute_id, number + 1, pipeline, range_from, range_to, epoch, cut, 'staged', '{}', 'schedule'
         FROM version WHERE number = $1 RETURNING id, number`,
      [version],
    )
    const { id = 0, number = 0 } = staged.rows[0] ?? {}
    await pool.query(
      `INSERT INTO comparison (version_id, compute_id, cells, differing, beyond, drifting, in_flight, measures, seconds)
       VALUES ($1, $2, 1, 1, 1, 0, 0, '{}', 0.1)`,
      [id, computeId],
    )
    await pool.query(
      `INSERT INTO divergence_cell (compute_id, window_start, key, measure, version_id, speed, batch, difference,
                                    relative, late, main_cause, events, state)
       VALUES ($1, $2, $3, 'sales', $4, 3, 5, -2, 0.4, -2, 'late', '{"late": 2}', 'settled')`,
      [computeId, windowStart, key, id],
    )
    await pool.query(
      `INSERT INTO plan (kind, pipeline, request, items, expected, blast_radius, estimate, created_by, expires_at,
                         preview, is_proposal)
       VALUES ('reconcile', $1, '{}', '[]', '{}', '{}', '{}', 'schedule', now() + interval '1 hour', $2, true)`,
      [name, JSON.stringify({ versionIds: [id] })],
    )
    await pool.query(
      `INSERT INTO correction (compute_id, pipeline, publication, kind, window_start, window_end, key, before, after,
                               version_id, cut)
       SELECT $1, $2, 1, 'publish', $3::bigint, $3::bigint + 5000, $4, NULL, '{"sales": 5}', id, to_jsonb(cut)
         FROM version WHERE number = $5`,
      [computeId, name, windowStart, key, version],
    )
    const found = await explain(console, { pipeline: name, windowStart, key, measure: 'sales' })
    expect(found).toMatchObject({
      comparisons: [
        {
          version: number,
          versionState: 'staged',
          proposal: { planId: expect.any(String) as string },
          measures: [
            {
              measure: 'sales',
              speed: '3',
              batch: '5',
              difference: '-2',
              causes: { late: '-2', duplicate: '0', drift: '0' },
              events: { late: 2 },
            },
          ],
        },
      ],
      corrections: [{ kind: 'publish', version, before: null, after: { sales: 5 }, publishedSeq: null }],
      measures: [{ name: 'sales' }],
    })
    const other = await explain(console, { pipeline: name, windowStart, key, measure: 'amount' })
    expect(other).toMatchObject({ comparisons: [{ version: number, measures: [] }] })
  })

  it('of all keys lists the keys to choose from, with their shares', async () => {
    const [cell] = cellsOf()
    const windowStart = cell?.windowStart ?? 0
    const found = await explain(console, { pipeline: name, windowStart, key: null })
    if (found.kind !== 'total') throw new Error('not a total')
    const sales = found.keys.reduce((sum, { value }) => sum + Number(value), 0)
    expect(sales).toBe(Number(found.total.sales))
    expect(found.keyCount).toBe(found.keys.length)
  })

  it('refuses a measure the pipeline does not have, naming those it has', async () => {
    const windowStart = cellsOf()[0]?.windowStart ?? 0
    await expect(
      explain(console, { pipeline: name, windowStart, key: 's1', measure: 'weight' }),
    ).rejects.toThrow('It has amount, sales.')
  })
})
