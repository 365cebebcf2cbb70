import type { Pool } from '../clients'
import { bind, leaseTimes, logger, systemTiming, type Bound, type Timing } from '../platform'
import { beatJob, type ClaimedJob } from './job-store'
import type { GovernorState, JobItem } from './model'

/** What keeping a job asks of the store. */
export type JobBeats = Bound<{ beatJob: typeof beatJob }, Pool>

export const jobBeatsOf = (pool: Pool): JobBeats => bind(pool, { beatJob })

export const { leaseMs } = leaseTimes
const beatMs = leaseTimes.heartbeatMs
/** Progress is written at most this often. */
const tellMs = 500

/**
 * Why a run stops before its end. `lost`: another worker has the job, or the lease could not be kept. `paused`: it
 * stands still, with what it has staged, until it is resumed.
 */
export type StopReason = 'cancelled' | 'lost' | 'stopping' | 'paused'

/**
 * A job while it runs: its items and progress, and the lease that is kept while they are written. `signal` aborts
 * when the run must stop; nothing it does after that may be published (the fence sees to it in any case).
 */
export class JobRun {
  readonly items: JobItem[]
  progress = 0
  /** Archive bytes read, over all attempts. */
  bytes: number
  governor: GovernorState | null
  /** As it will be read when the job goes on after a pause. */
  payload: Record<string, unknown>
  stopped: StopReason | null = null
  private readonly ending = new AbortController()
  private readonly startedAt: number
  private readonly endBeats: () => void
  private leaseUntil: number
  private pauseRequested = false
  private toldAt = -Infinity
  private beating: Promise<void> = Promise.resolve()

  constructor(
    private readonly store: JobBeats,
    readonly job: ClaimedJob,
    private readonly onTold: (run: JobRun) => void,
    private readonly timing: Timing = systemTiming,
  ) {
    this.startedAt = timing.elapsed()
    this.leaseUntil = this.startedAt + leaseMs
    this.payload = job.payload
    this.items = job.items.map((item) => ({ ...item }))
    this.bytes = job.bytes
    this.governor = job.governor
    this.endBeats = timing.every(beatMs, () => void this.beat())
  }

  get signal(): AbortSignal {
    return this.ending.signal
  }

  /** Sets the progress (0 to 1); told to the store and to viewers now and then. */
  advance(progress: number): void {
    this.progress = Math.min(1, Math.max(this.progress, progress))
    if (this.timing.elapsed() - this.toldAt >= tellMs) void this.beat()
  }

  /** Every item is to be done (again). */
  beginAnew(): void {
    for (const item of this.items) {
      Object.assign(item, { status: 'queued', error: null, version: null, rows: null })
      delete item.seconds
      delete item.bytes
    }
  }

  /** Between two pieces of work: throws when the job is to stand still, or must stop. */
  async pauseIfAsked(): Promise<void> {
    await this.beat()
    if (this.pauseRequested) this.stop('paused')
    this.signal.throwIfAborted()
  }

  /** What the governor decided for this job; a change is told at once. */
  govern(decision: Pick<GovernorState, 'state' | 'reasons'>, now: number): void {
    const before = this.governor
    const heldMs = (before?.heldMs ?? 0) + (before?.state === 'held' ? Math.max(0, now - before.since) : 0)
    const isSame =
      before?.state === decision.state && before.reasons.join('\n') === decision.reasons.join('\n')
    if (isSame) return
    this.governor = { ...decision, since: now, heldMs }
    void this.beat()
  }

  stop(reason: StopReason): void {
    this.stopped ??= reason
    this.ending.abort(new Error(`the run was stopped: ${reason}`))
  }

  /** No more heartbeats; resolves when the last one is through. */
  async end(): Promise<void> {
    this.endBeats()
    await this.beating
  }

  private beat(): Promise<void> {
    this.toldAt = this.timing.elapsed()
    this.beating = this.beating.then(() => this.beatOnce())
    return this.beating
  }

  private async beatOnce(): Promise<void> {
    if (this.stopped === 'lost') return
    const sentAt = this.timing.elapsed()
    try {
      const { items, progress, bytes, governor } = this
      const etaMs = this.etaMs()
      const beat = await this.store.beatJob(this.job, { leaseMs, progress, items, etaMs, bytes, governor })
      if (!beat.held) {
        this.stop('lost')
        return
      }
      this.leaseUntil = sentAt + leaseMs
      this.pauseRequested = beat.pauseRequested
      if (beat.cancelRequested) this.stop('cancelled')
      this.onTold(this)
    } catch (error) {
      logger('batch').warn({ err: error, job: this.job.id }, 'the heartbeat failed')
      if (this.timing.elapsed() >= this.leaseUntil) this.stop('lost')
    }
  }

  private etaMs(): number | null {
    if (this.progress < 0.02) return null
    return ((this.timing.elapsed() - this.startedAt) * (1 - this.progress)) / this.progress
  }
}
