import { openDuckDbEngine, type ArchiveSource, type BatchEngine } from '../batch'
import { archiveOf } from '../batch/testing'
import { startTestServices, type TestServices } from '../clients/testing'
import { provisionStreams } from '../log'
import type { Definition } from '../pipeline'
import { AppError, sleep } from '../platform'
import { readValues } from '../serving'
import type { History } from '../serving/testing/history'
import { runBatchWorker } from './batch-worker'
import { getJob } from './jobs'
import type { JobView, PlanView } from './model'
import { applyPlan, createPlan, getPlan, type PlanRequest } from './plans'
import { hourStart, pipelineWithHistory } from './testing'

export const hour = 3_600_000
export const firstHour = { from: hourStart, to: hourStart + hour }
export const secondHour = { from: hourStart + hour, to: hourStart + 2 * hour }
export const bothHours = { from: hourStart, to: hourStart + 2 * hour }

export const ada = 'ada@example.org'
export const bob = 'bob@example.org'

/** Plans and jobs on real services, with a clock that a test may set. */
export class PlanWorld {
  now: number | null = null
  readonly clock = { now: () => this.now ?? Date.now() }

  private constructor(
    readonly services: TestServices,
    readonly engine: BatchEngine,
  ) {}

  static async open(): Promise<PlanWorld> {
    const services = await startTestServices()
    await provisionStreams(services.nats, { maxBytes: 128 * 1024 ** 2 })
    return new PlanWorld(services, await openDuckDbEngine({ tempDir: services.dataDir, threads: 1 }))
  }

  async close(): Promise<void> {
    await this.engine.close()
    await this.services.stop()
  }

  get pool() {
    return this.services.pool
  }

  get deps() {
    return { pool: this.services.pool, nats: this.services.nats, clock: this.clock }
  }

  /** A pipeline with two hours of history that runs only when asked. */
  pipeline(name: string, change: Partial<Definition> = {}): Promise<History> {
    return pipelineWithHistory(this.pool, name, {
      batch: { everyMs: 31 * 86_400_000, reconcile: 'off', tolerance: 0 },
      ...change,
    })
  }

  archive(history: History): Promise<ArchiveSource> {
    return archiveOf(history, this.services.dataDir, 250)
  }

  plan(request: PlanRequest, actor = ada): Promise<PlanView> {
    return createPlan(this.deps, request, actor)
  }

  get(plan: PlanView): Promise<PlanView> {
    return getPlan(this.deps, plan.id)
  }

  apply(plan: PlanView, actor = ada): Promise<{ jobId: string }> {
    return applyPlan(this.deps, { id: plan.id, reason: 'because', actor })
  }

  job(id: string): Promise<JobView> {
    return getJob(this.deps, id)
  }

  async withWorker<T>(history: History, fn: () => Promise<T>): Promise<T> {
    return this.withArchive(await this.archive(history), fn)
  }

  async withArchive<T>(archive: ArchiveSource, fn: () => Promise<T>): Promise<T> {
    const stop = await runBatchWorker({ ...this.deps, engine: this.engine, archive })
    try {
      return await fn()
    } finally {
      await stop()
    }
  }

  async until<T>(what: string, read: () => Promise<T | null | undefined | false>): Promise<T> {
    for (let i = 0; i < 900; i++) {
      const found = await read()
      if (found) return found
      await sleep(50)
    }
    throw new Error(`it did not come: ${what}`)
  }

  jobUntil(id: string, until: (job: JobView) => boolean): Promise<JobView> {
    return this.until(`job ${id}`, async () => {
      const job = await this.job(id)
      return until(job) && job
    })
  }

  /** The job once it has ended. */
  ended(id: string): Promise<JobView> {
    return this.jobUntil(id, ({ finishedAt }) => finishedAt !== null)
  }

  /** Plans, applies and waits for the end, with a worker. */
  async done(history: History, request: PlanRequest): Promise<JobView> {
    const { jobId } = await this.apply(await this.plan(request))
    return this.withWorker(history, () => this.ended(jobId))
  }

  /** The plan once its preview is computed. */
  async previewed(history: History, request: PlanRequest): Promise<PlanView> {
    const plan = await this.plan(request)
    return this.withWorker(history, () =>
      this.until(`the preview of ${request.pipeline}`, async () => {
        const now = await this.get(plan)
        return (now.preview?.status === 'ready' || now.preview?.status === 'failed') && now
      }),
    )
  }

  /** An event of the first hour that comes when its window is long closed: speed defers it to batch. */
  async late(history: History, id: string, key = 'a', minute = 5): Promise<void> {
    history.append({
      partition: 0,
      id,
      time: hourStart + minute * 60_000,
      key,
      miles: 1_000,
      fare: '9',
    })
    await history.catchUp()
  }

  /** Trips served over all windows and keys. */
  async trips(history: History): Promise<number> {
    const { compute, compiled } = history
    let cursor: string | undefined
    let total = 0
    do {
      const query = { compute, compiled, limit: 1_000, measure: 'trips', cursor }
      const page = await readValues(this.pool, query)
      for (const cell of page.values) total += Number(cell.measures.trips)
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    return total
  }

  async count(sql: string, ...values: unknown[]): Promise<number> {
    const { rows } = await this.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`, values)
    return rows[0]?.n ?? -1
  }

  /** Versions that a pipeline has staged and not put in force. */
  staged(pipeline: string): Promise<number> {
    return this.count(`version WHERE pipeline = $1 AND state IN ('staging', 'staged')`, pipeline)
  }

  publications(pipeline: string): Promise<number> {
    return this.count('publication p JOIN compute c ON c.id = p.compute_id WHERE c.pipeline = $1', pipeline)
  }
}

export const distinctEvents = (history: History): number => new Set(history.log.map(({ id }) => id)).size

export async function refusal(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof AppError) return error
  throw new Error(`not refused: ${String(error)}`)
}
