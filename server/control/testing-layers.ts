import { openDuckDbEngine, type ArchiveSource, type BatchEngine } from '../batch'
import { startTestServices, type TestServices } from '../clients/testing'
import {
  archivedRelation,
  archivedSeq,
  openSchemaRegistry,
  provisionStreams,
  requestFlush,
  runArchiver,
  streamState,
} from '../log'
import { readEnv, sleep, systemClock, type Stop } from '../platform'
import { readValues } from '../serving'
import { runSpeedWorker } from '../speed'
import { applyDefinition } from './apply-definition'
import { runBatchWorker, type Governor } from './batch-worker'
import { readable } from './compiled'
import { wireConsole, type Console } from './console'
import { getJob } from './jobs'
import type { JobView, PlanView } from './model'
import { speedGuards } from './speed-guards'
import { applyPlan, createPlan, type PlanRequest } from './plans'

/** Everything but the browser, in one process: gateway, speed, archive and batch on real services. */
export interface World extends AsyncDisposable {
  services: TestServices
  console: Console
  startSpeed(): Promise<Stop>
  startBatch(governor?: Governor): Promise<Stop>
  stopBatch(): Promise<void>
  post(events: readonly object[]): Promise<unknown>
  plan(request: PlanRequest): Promise<PlanView>
  apply(planId: string, reason?: string): Promise<{ jobId: string }>
  /** Plans, applies and answers with the job. */
  carryOut(request: PlanRequest, reason?: string): Promise<string>
  finished(jobId: string): Promise<JobView>
  /** Total of a measure over every cell served, and the completeness of each. */
  served(pipeline: string, measure?: string): Promise<{ total: number; cells: Record<string, string> }>
}

let versionIds = 0

/** On services of its own, or on those given, which it leaves running. */
export async function startWorld(given?: TestServices): Promise<World> {
  const services = given ?? (await startTestServices())
  const { pool, nats, dataDir } = services
  await provisionStreams(nats, { maxBytes: 128 * 1024 ** 2 })
  // Definitions are compiled once per process and version id: databases of one process must not share ids.
  versionIds += 1_000
  await pool.query(`ALTER SEQUENCE pipeline_version_id_seq RESTART WITH ${versionIds}`)
  const console = await wireConsole({ env: { ...readEnv({}), dataDir }, pool, nats, clock: systemClock })
  const schemas = await openSchemaRegistry({ pool, nats })
  const dir = console.archiveDir
  const stopArchiver = await runArchiver({
    pool,
    nats,
    dir,
    partitions: 4,
    schemas,
    owner: 'archiver',
    flushMs: 50,
  })
  const archive: ArchiveSource = {
    async reachedSeq() {
      requestFlush(nats, (await streamState(nats)).lastSeq)
      return archivedSeq(pool)
    },
    scan: (type, range) =>
      archivedRelation(pool, dir, { type, ...(range && { fromMs: range.from, toMs: range.to }) }),
  }
  let engine: BatchEngine | undefined
  let stopBatch: Stop = () => Promise.resolve()
  const stops: Stop[] = []
  const stoppable = (stop: Stop): Stop => {
    let stopped: Promise<void> | undefined
    const once = () => (stopped ??= stop())
    stops.push(once)
    return once
  }
  const world: World = {
    services,
    console,
    startSpeed: async () =>
      stoppable(
        await runSpeedWorker({ pool, nats, schemas, ...speedGuards({ pool, nats, clock: systemClock }) }),
      ),
    startBatch: async (governor) => {
      engine ??= await openDuckDbEngine({ tempDir: dataDir, threads: 1 })
      const options = { pool, nats, clock: systemClock, engine, archive, governor }
      return (stopBatch = stoppable(await runBatchWorker(options)))
    },
    stopBatch: () => stopBatch(),
    post: (events) =>
      console.gateway.ingest('application/cloudevents-batch+json', {}, Buffer.from(JSON.stringify(events))),
    plan: (request) => createPlan(console, request, 'ada@example.org'),
    apply: (id, reason = 'because') => applyPlan(console, { id, reason, actor: 'ada@example.org' }),
    async carryOut(request, reason) {
      const { id } = await world.plan(request)
      const { jobId } = await world.apply(id, reason)
      return jobId
    },
    async finished(jobId) {
      for (let i = 0; i < 1_200; i++) {
        const job = await getJob({ pool }, jobId)
        if (job.finishedAt !== null) return job
        await sleep(50)
      }
      throw new Error(`job ${jobId} did not end: ${JSON.stringify(await getJob({ pool }, jobId))}`)
    },
    async served(pipeline, measure = 'amount') {
      const target = await readable({ pool }, pipeline)
      const { compute, compiled } = target
      const page = await readValues(pool, { compute, compiled, limit: 1_000 })
      const cells = page.values.map((cell) => [`${cell.windowStart}/${cell.key}`, cell.completeness] as const)
      const total = page.values.reduce((sum, { measures }) => sum + Number(measures[measure] ?? 0), 0)
      return { total, cells: Object.fromEntries(cells) }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stops.map((stop) => stop()))
      await engine?.close()
      await stopArchiver()
      schemas.close()
      console.registry.close()
      if (given === undefined) await services.stop()
    },
  }
  return world
}

export const saleType = 'shop.sale'

/** Counts and adds up `data.amount` by `data.shop` in windows of ten seconds. */
export const salesDefinition = (name: string, spec: object = {}) => ({
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name, title: name, owner: 'tests' },
  spec: {
    events: { type: saleType },
    key: 'data.shop',
    window: { size: '10s' },
    lateness: { outOfOrder: '1s', allowed: '2s', beyond: 'defer' },
    dedupe: { horizon: '10m' },
    measures: { sales: { count: true }, amount: { sum: 'data.amount', type: 'int' } },
    batch: { every: '24h', reconcile: 'auto', tolerance: 0 },
    ...spec,
  },
})

export async function addSales({ console }: World, name: string, spec: object = {}): Promise<void> {
  await applyDefinition(console, { input: salesDefinition(name, spec), actor: 'test', reason: null })
}

/** A sale of 1 at a till, `secondsAgo` in event time. */
export const sale = (source: string, id: number, timeMs: number, amount = 1) => ({
  specversion: '1.0',
  type: saleType,
  source,
  id: `${source}-${id}`,
  time: new Date(timeMs).toISOString(),
  data: { shop: `s${id % 3}`, amount },
})
