import { headers as newHeaders } from '@nats-io/transport-node'
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Pool } from '../clients'
import type { TestServices } from '../clients/testing'
import { encodeFrame, openLogReader, streamState, subjectOf, type LogEvent } from '../log'
import { computeHash, parseDefinition, partitionOf, type EventBatch } from '../pipeline'
import { newId, sleep, type Random } from '../platform'

export const testType = 'test.sale'
export const testPartitions = 3

export interface TestPipeline {
  name: string
  computeId: number
  windowMs: number
  allowedMs: number
  outOfOrderMs: number
  horizonMs: number
  beyond: 'defer' | 'include'
}

/** A pipeline that counts and adds up `data.amount` by `data.shop`, in force at once. */
export async function addTestPipeline(
  pool: Pool,
  settings: Omit<TestPipeline, 'computeId'>,
): Promise<TestPipeline> {
  const seconds = (ms: number) => `${ms / 1_000}s`
  const document = {
    apiVersion: 'parallax/v1',
    kind: 'Pipeline',
    metadata: { name: settings.name, title: settings.name, owner: 'test' },
    spec: {
      events: { type: testType },
      filter: 'data.amount > 0',
      key: 'data.shop',
      window: { size: seconds(settings.windowMs) },
      lateness: {
        outOfOrder: seconds(settings.outOfOrderMs),
        allowed: seconds(settings.allowedMs),
        beyond: settings.beyond,
      },
      dedupe: { horizon: seconds(settings.horizonMs) },
      measures: { sales: { count: true }, amount: { sum: 'data.amount', type: 'int' } },
    },
  }
  const parsed = parseDefinition(document)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { rows } = await pool.query<{ id: number }>(
    `WITH c AS (INSERT INTO compute (pipeline, hash, type, partitions) VALUES ($1, $2, $3, $4) RETURNING id),
          v AS (INSERT INTO pipeline_version (pipeline, version, definition, compute_id, created_by)
                SELECT $1, 1, $5::jsonb, id, 'test' FROM c RETURNING id)
     INSERT INTO pipeline (name, version_id) SELECT $1, id FROM v RETURNING (SELECT id FROM c) AS id`,
    [settings.name, computeHash(parsed.definition), testType, testPartitions, JSON.stringify(document)],
  )
  return { ...settings, computeId: rows[0]?.id ?? 0 }
}

/** Sales with repeats and stragglers, at event times around `at`. */
export function randomSales(random: Random, count: number, at: () => number): LogEvent[] {
  const sales: LogEvent[] = []
  for (let i = 0; i < count; i++) {
    const old = sales[random.below(sales.length)]
    if (old !== undefined && random.chance(0.1)) sales.push(old)
    else
      sales.push({
        type: testType,
        source: `till-${random.below(3)}`,
        id: `${random.below(1e9)}-${i}`,
        timeMs: at() - (random.chance(0.2) ? random.below(60_000) : random.below(1_500)),
        attrs: {},
        data: { shop: `s${random.below(5)}`, amount: random.below(10) - 1, note: 'ü' },
      })
  }
  return sales
}

/** Publishes in random portions: frames of one partition, or single structured events straight to NATS. */
export async function publishSales({ nats }: TestServices, random: Random, sales: readonly LogEvent[]) {
  const acks: Promise<unknown>[] = []
  for (let from = 0; from < sales.length;) {
    const portion = sales.slice(from, (from += 1 + random.below(40)))
    for (let partition = 0; partition < testPartitions; partition++) {
      const events = portion.filter((e) => partitionOf(e.source, e.id, testPartitions) === partition)
      const subject = subjectOf(testType, partition)
      if (events.length === 0) continue
      if (random.chance(0.5)) {
        const frame = encodeFrame(events, newId())
        const headers = newHeaders()
        for (const [name, value] of frame.headers) headers.set(name, value)
        acks.push(nats.js.publish(subject, frame.body, { headers }))
        continue
      }
      for (const event of events) acks.push(nats.js.publish(subject, structured(event)))
    }
    if (acks.length > 200) await Promise.all(acks.splice(0))
  }
  await Promise.all(acks)
}

const structured = ({ type, source, id, timeMs, data }: LogEvent) =>
  JSON.stringify({ specversion: '1.0', type, source, id, time: new Date(timeMs).toISOString(), data })

/** The log as it is: every event of the test type with its position and log time, in order of each partition. */
export async function readWholeLog({ nats }: TestServices): Promise<EventBatch[]> {
  const { lastSeq } = await streamState(nats)
  const batches: EventBatch[] = []
  await new Promise<void>((resolve, reject) => {
    const reader = openLogReader({
      nats,
      type: testType,
      partitions: testPartitions,
      partition: 'all',
      fromSeq: 0,
      fields: ['shop', 'amount'],
      onBatch: (batch) => void batches.push(batch),
      onProgress: (seq) => {
        if (seq >= lastSeq) void reader.close().then(resolve, reject)
      },
      onError: reject,
    })
  })
  return batches
}

export interface Recount {
  cells: Record<string, { sales: number; amount: number }>
  counters: { events: number; accepted: number; filtered: number; late: number; duplicate: number }
}

/** What the speed layer must hold, recounted plainly in log order up to a position in each partition. */
export function recount(
  batches: readonly EventBatch[],
  pipeline: TestPipeline,
  upTo: (partition: number) => number = () => Infinity,
): Recount {
  const cells: Recount['cells'] = {}
  const counters = { events: 0, accepted: 0, filtered: 0, late: 0, duplicate: 0 }
  const seen = new Map<string, number>()
  const watermarks = new Map<number, number>()
  for (const batch of batches) {
    for (let i = 0; i < batch.n; i++) {
      if ((batch.seq[i] as number) > upTo(batch.partition)) break
      counters.events++
      const [time, logTime] = [batch.time[i] as number, batch.logTime[i] as number]
      const identity = `${batch.source[i]}\n${batch.id[i]}`
      const generation = Math.floor(logTime / pipeline.horizonMs)
      const isDuplicate = (seen.get(identity) ?? -Infinity) >= generation - 1
      seen.set(identity, generation)
      const before = watermarks.get(batch.partition) ?? -Infinity
      watermarks.set(batch.partition, Math.max(before, Math.min(time, logTime) - pipeline.outOfOrderMs))
      const amount = batch.columns.amount?.[i] as number
      const start = Math.floor(time / pipeline.windowMs) * pipeline.windowMs
      const isLate = start + pipeline.windowMs + pipeline.allowedMs <= before
      if (isDuplicate) counters.duplicate++
      else if (amount <= 0) counters.filtered++
      else {
        if (isLate) counters.late++
        if (isLate && pipeline.beyond === 'defer') continue
        counters.accepted++
        const name = `${start}/${String(batch.columns.shop?.[i])}`
        const cell = (cells[name] ??= { sales: 0, amount: 0 })
        cell.sales++
        cell.amount += amount
      }
    }
  }
  return { cells, counters }
}

/** What the speed view holds, added up over epochs (up to one) and partitions. */
export async function storedView(pool: Pool, computeId: number, maxEpoch = 1e9): Promise<Recount> {
  const cells: Recount['cells'] = {}
  const buckets = await pool.query<{ windowStart: number; key: string; acc: string[] }>(
    `SELECT window_start AS "windowStart", key, acc FROM speed_bucket WHERE compute_id = $1 AND epoch <= $2`,
    [computeId, maxEpoch],
  )
  for (const { windowStart, key, acc } of buckets.rows) {
    if (acc[0] === '0') continue
    const cell = (cells[`${windowStart}/${key}`] ??= { sales: 0, amount: 0 })
    cell.sales += Number(acc[0])
    cell.amount += Number(acc[1]) // measures are in order of their names
  }
  const { rows } = await pool.query<Record<string, string>>(
    `SELECT sum(events) AS events, sum(accepted) AS accepted, sum(filtered) AS filtered, sum(late) AS late,
            sum(duplicate) AS duplicate FROM speed_position WHERE compute_id = $1`,
    [computeId],
  )
  const counters = Object.fromEntries(
    Object.entries(rows[0] ?? {}).map(([name, text]) => [name, Number(text)]),
  )
  return { cells, counters: counters as Recount['counters'] }
}

/** Waits until `computeId` has committed every event of the test type. */
export async function untilFolded(
  services: TestServices,
  computeId: number,
  timeoutMs = 60_000,
): Promise<void> {
  const events = (await readWholeLog(services)).reduce((sum, batch) => sum + batch.n, 0)
  const folded = async () => {
    const { rows } = await services.pool.query<{ events: string }>(
      'SELECT coalesce(sum(events), 0) AS events FROM speed_position WHERE compute_id = $1',
      [computeId],
    )
    return Number(rows[0]?.events)
  }
  const deadline = Date.now() + timeoutMs
  while ((await folded()) < events) {
    if (Date.now() > deadline) throw new Error(`folded ${await folded()} of ${events} events`)
    await sleep(50)
  }
}

/** A speed worker as a process of its own; resolves when it runs. */
export async function forkWorker({ databaseUrl, natsUrl }: TestServices): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('testing-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DATABASE_URL: databaseUrl, NATS_URL: natsUrl },
  })
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => {
      resolve()
    })
    child.once('exit', (code, signal) => {
      reject(new Error(`the worker ended (${code ?? signal})`))
    })
  })
  return child
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise((resolve) => child.once('exit', resolve))
}
