import path from 'node:path'
import { openDuck } from '../../server/clients'
import { applyPlan } from '../product/apply-plan'
import { until, type Product } from '../product/start-product'
import { recount, windowMs, type Cells, type Ledger } from './ledger'
import { eventType, kept, served } from './pipelines'
import { batchCells, servedCells, speedCells, type Asked } from './read-cells'
import { readLog, type Logged } from './read-log'
import { openStores, storesOf, type StoreAccess, type StoreUrls } from './stores'

/** What a run leaves behind, held against the producers' own ledger. */
export interface Verdict {
  /** Events in the log that the ledger knows, each once. */
  events: number
  /** Acknowledged and missing: from the log, the archive or any of the three answers. */
  lost: number
  /** Counted more often than once, in any of the three answers or the archive. */
  double: number
  /** Each place that differs from the ledger, in words. */
  different: string[]
}

const drainMs = 180_000

export interface JudgeOptions {
  /** How long it may take until everything is read. */
  within?: number
  /** Where they are not those that the product itself runs. */
  stores?: StoreUrls
  archiveDir?: string
}

/** Waits until everything was read, recounts it all in batch, and compares every place where events are counted. */
export async function judge(product: Product, ledger: Ledger, options: JudgeOptions = {}): Promise<Verdict> {
  const { within = drainMs, archiveDir = path.join(product.dataDir, 'archive') } = options
  await using stores = await openStores(options.stores ?? (await storesOf(product)))
  const { events, lastSeq } = await readLog(stores.nats, eventType)
  const once = firstOfEach(events)
  const truth = recount(once)
  const places: Place[] = [inLog(once, ledger)]
  await drained(stores, { lastSeq, events: once.length }, within)
  places.push(await inArchive(archiveDir, stores, events))
  const asked = rangeOf(truth)
  const compare = async (place: string, read: () => Promise<Cells>) => {
    places.push(difference(place, await read(), truth))
  }
  await compare('speed', () => speedCells(stores.pool, kept))
  await compare('served by speed', () => servedCells(product, kept, asked))
  await compare('merged', () => servedCells(product, served, asked))
  for (const pipeline of [kept, served]) {
    const [from, to] = [asked.from, asked.to].map((at) => new Date(at).toISOString())
    await applyPlan(product, { kind: 'reconcile', pipeline, from, to }, 'the fault suite recounts')
    await compare(`batch of ${pipeline}`, () => batchCells(stores.pool, pipeline))
    await compare(`${pipeline} after batch`, () => servedCells(product, pipeline, asked))
  }
  return {
    events: once.length,
    lost: Math.max(...places.map(({ lost }) => lost)),
    double: Math.max(...places.map(({ double }) => double)),
    different: places.flatMap(({ differs }) => differs ?? []),
  }
}

interface Place {
  lost: number
  double: number
  differs: string | null
}

function firstOfEach(events: readonly Logged[]): Logged[] {
  const seen = new Set<string>()
  return events.filter(({ id }) => !seen.has(id) && seen.add(id))
}

/** All that was acknowledged is there, and nothing that was never sent or was changed on the way. */
function inLog(once: readonly Logged[], ledger: Ledger): Place {
  const ids = new Set(once.map(({ id }) => id))
  const lost = [...ledger.acked].filter((id) => !ids.has(id)).length
  const foreign = once.filter(({ id, key, timeMs, amount }) => {
    const entry = ledger.entries.get(id)
    return entry?.key !== key || entry.timeMs !== timeMs || entry.amount !== amount
  }).length
  return { lost, double: 0, differs: lost + foreign > 0 ? `log: ${lost} lost, ${foreign} foreign` : null }
}

/** Every event of the log, at its position, once; and segments that neither overlap nor are missing. */
async function inArchive(dir: string, stores: StoreAccess, events: readonly Logged[]): Promise<Place> {
  const { rows: segments } = await stores.pool.query<{ file: string; seqFrom: number; seqTo: number }>(
    `SELECT file, seq_from AS "seqFrom", seq_to AS "seqTo" FROM archive_segment
      WHERE type = $1 AND state = 'live' ORDER BY seq_from`,
    [eventType],
  )
  const overlapping = segments.filter(({ seqFrom }, i) => seqFrom <= (segments[i - 1]?.seqTo ?? 0)).length
  const files = segments.map(({ file }) => `'${path.join(dir, file)}'`).join(', ')
  const archived = new Map<string, number>()
  if (segments.length > 0) {
    const duck = await openDuck({
      threads: 1,
      memoryLimit: '512MB',
      tempDir: path.join(dir, '.judge'),
    })
    const rows = await duck.rows<{ at: string; n: number }>(
      `SELECT seq || '/' || idx || '/' || id AS at, count(*)::INTEGER AS n
         FROM read_parquet([${files}], union_by_name = true) GROUP BY 1`,
    )
    duck.close()
    for (const { at, n } of rows) archived.set(at, n)
  }
  const lost = events.filter(({ seq, index, id }) => !archived.has(`${seq}/${index}/${id}`)).length
  const rows = [...archived.values()].reduce((sum, n) => sum + n, 0)
  const double = rows - (events.length - lost)
  const isRight = lost === 0 && double === 0 && overlapping === 0
  return {
    lost,
    double,
    differs: isRight ? null : `archive: ${lost} lost, ${double} double, ${overlapping} segments overlap`,
  }
}

function difference(place: string, found: Cells, truth: Cells): Place {
  let lost = 0
  let double = 0
  let amounts = 0
  for (const name of new Set([...found.keys(), ...truth.keys()])) {
    const have = found.get(name) ?? { n: 0, total: 0 }
    const want = truth.get(name) ?? { n: 0, total: 0 }
    if (have.n < want.n) lost += want.n - have.n
    if (have.n > want.n) double += have.n - want.n
    if (have.n === want.n && have.total !== want.total) amounts++
  }
  const isRight = lost === 0 && double === 0 && amounts === 0
  return {
    lost,
    double,
    differs: isRight ? null : `${place}: ${lost} lost, ${double} double, ${amounts} cells of another sum`,
  }
}

/** Speed has committed and the archive has written everything; where one never gets there, what is missing is lost. */
async function drained(
  { pool }: StoreAccess,
  expected: { lastSeq: number; events: number },
  within: number,
): Promise<void> {
  await until(
    'all is read',
    within,
    async () => {
      const speed = await Promise.all([kept, served].map((name) => readTo(pool, name)))
      const { rows } = await pool.query<{ seq: number }>('SELECT seq FROM archive_position')
      return Math.min(...speed, rows[0]?.seq ?? 0) >= expected.lastSeq
    },
    500,
  ).catch(() => undefined)
}

async function readTo(pool: StoreAccess['pool'], pipeline: string): Promise<number> {
  const { rows } = await pool.query<{ seq: number | null }>(
    `SELECT min(seq)::bigint AS seq FROM speed_position JOIN compute c ON c.id = compute_id
      WHERE c.pipeline = $1`,
    [pipeline],
  )
  return rows[0]?.seq ?? 0
}

function rangeOf(truth: Cells): Asked {
  const starts = [...truth.keys()].map((name) => Number(name.split('|')[0]))
  return { from: Math.min(...starts), to: Math.max(...starts) + windowMs }
}

export const isExact = ({ lost, double, different }: Verdict) =>
  lost === 0 && double === 0 && different.length === 0
