import { hostname } from 'node:os'
import { inTransaction } from '../clients'
import { AppError, backoffMs, logger, newId, sleep, type Stop } from '../platform'
import { forgetDivergence } from '../reconcile'
import { discardVersions, vacuum } from '../serving'
import { announceJob } from './announce'
import type { BatchDeps } from './batch-deps'
import { compiledOf } from './compiled'
import { goesOn } from './goes-on'
import { jobBeatsOf, JobRun, leaseMs } from './job-run'
import { jobRunners } from './job-runners'
import { jobTraceId } from '../slo'
import { traceJob } from './trace-job'
import {
  claimJob,
  endAbandoned,
  endJob,
  findJob,
  markHeld,
  parkJob,
  releaseJob,
  requeueJob,
  type ClaimedJob,
  type Lane,
} from './job-store'
import type { JobItem, JobResult } from './model'
import { heldVersions, strandedVersions } from './run-store'
import { pipelinesLimit } from './apply-definition'
import { selectComputed } from './pipeline-store'
import { scheduleJobs } from './schedule-jobs'
import { removeWorker, writeWorker } from './worker-store'

export type { BatchDeps, Governor } from './batch-deps'

const pollMs = 1_000
const heartbeatMs = 5_000
const vacuumMs = 60_000
const sweepMs = 10_000
const retryPolicy = { baseMs: 2_000, maxMs: 60_000 }

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
  private readonly bells: Record<Lane, AbortController> = {
    main: new AbortController(),
    beside: new AbortController(),
  }
  private readonly current = new Map<Lane, JobRun>()
  private sweptAt = -Infinity
  private vacuumedAt = performance.now()

  constructor(
    private readonly deps: BatchDeps,
    readonly owner: string,
  ) {}

  stop(): void {
    this.stopping.abort()
    this.ring()
    for (const run of this.current.values()) run.stop('stopping')
  }

  async heartbeat(): Promise<void> {
    const job = (this.current.get('main') ?? this.current.get('beside'))?.job
    await writeWorker(this.deps.pool, {
      id: this.owner,
      role: 'batch',
      host: hostname(),
      pid: process.pid,
      detail: job ? { job: job.id, pipeline: job.pipeline } : {},
    })
  }

  /** Two lanes: what watches or puts back must not wait behind a recompute that takes an hour. */
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
        this.ring()
      },
    })
    try {
      await Promise.all([
        this.work('main', async () => {
          await scheduleJobs(this.deps.pool)
          for (const id of await endAbandoned(this.deps.pool)) await this.announce(id)
          await this.sweep()
          return (await this.takeOne('main')) || this.vacuumAll()
        }),
        this.work('beside', () => this.takeOne('beside')),
      ])
    } finally {
      clearInterval(beats)
      if (!nats.nc.isClosed()) wakes.unsubscribe()
    }
  }

  private async work(lane: Lane, turn: () => Promise<boolean>): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const bell = new AbortController()
      this.bells[lane] = bell
      const worked = await turn().catch((error: unknown) => {
        log.error({ err: error, lane }, 'a turn of the batch worker failed; going on')
        return false
      })
      if (!worked) await sleep(pollMs, AbortSignal.any([this.stopping.signal, bell.signal]))
    }
  }

  private ring(): void {
    for (const bell of Object.values(this.bells)) bell.abort()
  }

  private async takeOne(lane: Lane): Promise<boolean> {
    const { pool, clock, governor } = this.deps
    const admission = lane === 'main' && governor ? await governor.admit() : { jobs: null, held: [] }
    if (lane === 'main')
      for (const id of await markHeld(pool, admission.held, clock.now())) await this.announce(id)
    const job = await inTransaction(pool, (client) =>
      claimJob(client, { owner: this.owner, leaseMs, lane, admission }),
    )
    if (job) await this.run(lane, job)
    return job !== null
  }

  private async run(lane: Lane, job: ClaimedJob): Promise<void> {
    const run = new JobRun(jobBeatsOf(this.deps.pool), job, ({ progress }) => {
      announceJob(this.deps.nats, { ...job, status: 'running', progress })
    })
    this.current.set(lane, run)
    if (this.stopping.signal.aborted) run.stop('stopping')
    if (run.governor?.state === 'held') run.govern({ state: 'running', reasons: [] }, this.deps.clock.now())
    announceJob(this.deps.nats, { ...job, status: 'running', progress: run.progress })
    try {
      const runner = jobRunners[job.kind]
      if (!runner) throw new AppError('bad_request', `No worker knows how to do a job of kind ${job.kind}.`)
      await traceJob(run, () => runner(this.deps, run))
    } catch (error) {
      await run.end()
      await this.settle(run, error)
    } finally {
      await run.end()
      this.current.delete(lane)
    }
    await this.announce(job.id)
  }

  /** What becomes of a job whose run did not reach its end. */
  private async settle(run: JobRun, error: unknown): Promise<void> {
    const { pool } = this.deps
    const { job, items, progress, bytes, payload } = run
    if (run.stopped === 'lost') return
    if (run.stopped === 'stopping') return releaseJob(pool, job)
    if (run.stopped === 'paused') return parkJob(pool, job, { payload, items, progress, bytes })
    if (run.stopped === 'cancelled') {
      await endJob(pool, job, {
        status: 'cancelled',
        ...leftUndone(items, 'cancelled'),
        progress,
        bytes,
        error: null,
      })
      return
    }
    const message =
      error instanceof AppError ? error.message : 'The run failed; the log of the batch worker says why.'
    log.error(
      { err: error, job: job.id, pipeline: job.pipeline, attempt: job.attempts, traceId: jobTraceId(job.id) },
      'a run failed',
    )
    if (!goesOn(run, error))
      await endJob(pool, job, {
        status: 'failed',
        ...leftUndone(items, 'failed'),
        progress,
        bytes,
        error: message,
      })
    else await requeueJob(pool, job, { waitMs: backoffMs(retryPolicy, job.attempts), error: message, items })
  }

  private async announce(id: string): Promise<void> {
    const job = await findJob(this.deps.pool, id)
    if (job) announceJob(this.deps.nats, job)
  }

  /** Now and then: versions that crashed runs and plans nobody applied have left staged. */
  private async sweep(): Promise<void> {
    if (performance.now() - this.sweptAt < sweepMs) return
    this.sweptAt = performance.now()
    const { pool } = this.deps
    const stranded = await strandedVersions(pool)
    for (const computeId of new Set(stranded.map((version) => version.computeId)))
      await discardVersions(
        pool,
        computeId,
        stranded.flatMap((version) => (version.computeId === computeId ? [version.id] : [])),
      )
    if (stranded.length > 0) log.info({ versions: stranded.length }, 'discarded what was left staged')
  }

  /** Now and then, while nothing else is to be done. */
  private async vacuumAll(): Promise<boolean> {
    if (performance.now() - this.vacuumedAt < vacuumMs) return false
    this.vacuumedAt = performance.now()
    const { pool, clock } = this.deps
    for (const stored of await selectComputed(pool, pipelinesLimit)) {
      if (this.stopping.signal.aborted) return false
      const { definition } = compiledOf(stored)
      const done = await vacuum(pool, {
        computeId: stored.computeId,
        definition,
        clock,
        held: await heldVersions(pool, stored.computeId),
        signal: this.stopping.signal,
      })
      await forgetDivergence(pool, {
        computeId: stored.computeId,
        before: clock.now() - definition.retention.cellsMs,
        now: clock.now(),
      })
      if (done.cells + done.buckets > 0) log.info({ pipeline: stored.name, ...done }, 'vacuumed')
    }
    return false
  }
}

/** Of a job that ends without having put anything in force: what it had finished, and what it had not. */
function leftUndone(
  items: readonly JobItem[],
  otherwise: 'cancelled' | 'failed',
): { items: JobItem[]; result: JobResult } {
  const finished = items.flatMap(({ status, label }) => (status === 'succeeded' ? [label] : []))
  return {
    items: items.map((item) => ({
      ...item,
      version: null,
      status:
        item.status === 'succeeded' || item.status === 'failed'
          ? item.status
          : otherwise === 'failed' && item.status === 'running'
            ? 'failed'
            : 'cancelled',
    })),
    result: { finished },
  }
}
