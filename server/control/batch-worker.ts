import { hostname } from 'node:os'
import { inTransaction } from '../clients'
import { AppError, backoffMs, logger, newId, sleep, type ErrorCode, type Stop } from '../platform'
import { vacuum } from '../serving'
import { announceJob } from './announce'
import type { BatchDeps } from './batch-deps'
import { compiledOf } from './compiled'
import { JobRun, leaseMs } from './job-run'
import { jobRunners } from './job-runners'
import { claimJob, endAbandoned, endJob, findJob, releaseJob, requeueJob, type ClaimedJob } from './job-store'
import { pipelinesLimit } from './apply-definition'
import { selectPipelines } from './pipeline-store'
import { scheduleJobs } from './schedule-jobs'
import { removeWorker, writeWorker } from './worker-store'

export type { BatchDeps, Governor } from './batch-deps'

const pollMs = 1_000
const heartbeatMs = 5_000
const vacuumMs = 60_000
const retryPolicy = { baseMs: 2_000, maxMs: 60_000 }

/** Trying again cannot help: the request itself no longer makes sense. */
const finalCodes = new Set<ErrorCode>(['bad_request', 'not_found', 'gone', 'unprocessable'])

const log = logger('batch')

export interface BatchWorkerOptions extends BatchDeps {
  /** Unique among workers; made up when absent. */
  owner?: string
}

/** Schedules due pipelines and runs jobs, one at a time. The answer stops it; a job in hand goes to the next worker. */
export async function runBatchWorker(options: BatchWorkerOptions): Promise<Stop> {
  const worker = new BatchWorker(
    options,
    options.owner ?? `batch-${hostname()}-${process.pid}-${newId().slice(0, 8)}`,
  )
  await worker.heartbeat()
  const running = worker.loop()
  return async () => {
    worker.stop()
    await running
    await removeWorker(options.pool, worker.owner).catch(() => undefined)
  }
}

class BatchWorker {
  private readonly stopping = new AbortController()
  private bell = new AbortController()
  private current: JobRun | null = null
  private vacuumedAt = performance.now()

  constructor(
    private readonly deps: BatchDeps,
    readonly owner: string,
  ) {}

  stop(): void {
    this.stopping.abort()
    this.bell.abort()
    this.current?.stop('stopping')
  }

  async heartbeat(): Promise<void> {
    const detail = this.current ? { job: this.current.job.id, pipeline: this.current.job.pipeline } : {}
    await writeWorker(this.deps.pool, {
      id: this.owner,
      role: 'batch',
      host: hostname(),
      pid: process.pid,
      detail,
    })
  }

  async loop(): Promise<void> {
    const { nats } = this.deps
    const beats = setInterval(() => {
      this.heartbeat().catch((error: unknown) => {
        log.warn({ err: error }, 'the worker heartbeat failed')
      })
    }, heartbeatMs)
    // A job that was just enqueued need not wait for the next look.
    const wakes = nats.nc.subscribe('views.jobs', {
      callback: () => {
        this.bell.abort()
      },
    })
    try {
      while (!this.stopping.signal.aborted) {
        this.bell = new AbortController()
        const worked = await this.turn().catch((error: unknown) => {
          log.error({ err: error }, 'a turn of the batch worker failed; going on')
          return false
        })
        if (!worked) await sleep(pollMs, AbortSignal.any([this.stopping.signal, this.bell.signal]))
      }
    } finally {
      clearInterval(beats)
      if (!nats.nc.isClosed()) wakes.unsubscribe()
    }
  }

  private async turn(): Promise<boolean> {
    const { pool } = this.deps
    await scheduleJobs(pool)
    for (const id of await endAbandoned(pool)) await this.announce(id)
    const job = await inTransaction(pool, (client) => claimJob(client, { owner: this.owner, leaseMs }))
    if (job) await this.run(job)
    else await this.vacuumAll()
    return job !== null
  }

  private async run(job: ClaimedJob): Promise<void> {
    const run = new JobRun(this.deps.pool, job, ({ progress }) => {
      announceJob(this.deps.nats, { ...job, status: 'running', progress })
    })
    this.current = run
    if (this.stopping.signal.aborted) run.stop('stopping')
    announceJob(this.deps.nats, { ...job, status: 'running', progress: 0 })
    try {
      const runner = jobRunners[job.kind]
      if (!runner) throw new AppError('bad_request', `No worker knows how to do a job of kind ${job.kind}.`)
      await runner(this.deps, run)
    } catch (error) {
      await run.end()
      await this.settle(run, error)
    } finally {
      await run.end()
      this.current = null
    }
    await this.announce(job.id)
  }

  /** What becomes of a job whose run did not reach its end. */
  private async settle(run: JobRun, error: unknown): Promise<void> {
    const { pool } = this.deps
    const { job, items, progress } = run
    if (run.stopped === 'lost') return
    if (run.stopped === 'stopping') return releaseJob(pool, job)
    if (run.stopped === 'cancelled') {
      const cancelled = items.map((item) => ({ ...item, status: 'cancelled' as const }))
      await endJob(pool, job, { status: 'cancelled', items: cancelled, progress, result: null, error: null })
      return
    }
    const message =
      error instanceof AppError ? error.message : 'The run failed; the log of the batch worker says why.'
    log.error({ err: error, job: job.id, pipeline: job.pipeline, attempt: job.attempts }, 'a run failed')
    const isFinal =
      (error instanceof AppError && finalCodes.has(error.code)) || job.attempts >= job.maxAttempts
    if (isFinal) await endJob(pool, job, { status: 'failed', items, progress, result: null, error: message })
    else await requeueJob(pool, job, { waitMs: backoffMs(retryPolicy, job.attempts), error: message, items })
  }

  private async announce(id: string): Promise<void> {
    const job = await findJob(this.deps.pool, id)
    if (job) announceJob(this.deps.nats, job)
  }

  /** Now and then, while nothing else is to be done. */
  private async vacuumAll(): Promise<void> {
    if (performance.now() - this.vacuumedAt < vacuumMs) return
    this.vacuumedAt = performance.now()
    const { pool, clock } = this.deps
    for (const stored of await selectPipelines(pool, pipelinesLimit)) {
      if (this.stopping.signal.aborted) return
      const { definition } = compiledOf(stored)
      const done = await vacuum(pool, {
        computeId: stored.computeId,
        definition,
        clock,
        signal: this.stopping.signal,
      })
      if (done.cells + done.buckets > 0) log.info({ pipeline: stored.name, ...done }, 'vacuumed')
    }
  }
}
