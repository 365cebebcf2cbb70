import { backoffMs, crashPoint, type Logger, type Timing } from '../platform'
import {
  commitThrough,
  partitionKey,
  type LostReason,
  type MergeCells,
  type PartitionCommit,
  type SpeedBases,
  type SpeedCommitResult,
  type SpeedView,
} from '../serving'
import type { TracedEvent } from './event-spans'
import { nextFlushMs } from './flush-pace'
import { limits } from './limits'
import type { PartitionTask } from './partition-task'

export interface Committed {
  task: PartitionTask
  commit: PartitionCommit
  epoch: number
  traced: readonly TracedEvent[]
  /** By the start of its window, how many buckets were new. */
  fresh: ReadonlyMap<number, number>
}

export interface FlusherOptions {
  view: SpeedView
  timing: Timing
  bases: SpeedBases
  log: Logger
  flushMinMs: number
  flushMaxMs: number
  merge: MergeCells
  /** Partitions of the lane, whatever their state. */
  tasks: () => Iterable<PartitionTask>
  onCommitted: (done: Committed[]) => void
  onLost: (task: PartitionTask, reason: LostReason) => void
}

/**
 * Commits what a lane's partitions have folded, one transaction at a time. A commit that fails is tried again
 * with the same deltas until the database answers: they apply to the position they start from or not at all, so
 * an unknown outcome does no harm. Folding goes on meanwhile, up to the lane's limits.
 */
export class Flusher {
  lastCommitMs = 0
  commits = 0
  /** Failed attempts of the commit under way; 0 when healthy. */
  failures = 0
  lastError: string | null = null
  readonly #options: FlusherOptions
  readonly #ended = new AbortController()
  #wake: (() => void) | undefined
  #loop: Promise<void> | undefined
  #flushing: Promise<void> | undefined

  constructor(options: FlusherOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** Says that there is something to commit. */
  nudge(): void {
    this.#wake?.()
  }

  /** Ends the loop. A commit under way may finish; while the database is away it is given up. */
  async stop(): Promise<void> {
    this.#ended.abort()
    this.nudge()
    await this.#loop
  }

  /** Commits what is there now; waits for the lane's commit under way first. */
  async flush(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing
    this.#flushing = this.#takeAndCommit().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended
    while (!signal.aborted) {
      await this.#options.timing.sleep(nextFlushMs(this.lastCommitMs, this.#options), signal)
      await this.#untilWork()
      if (!this.#isEnded()) await this.flush()
    }
  }

  #isEnded(): boolean {
    return this.#ended.signal.aborted
  }

  #hasWork(): boolean {
    const now = this.#options.timing.now()
    for (const task of this.#options.tasks()) if (task.isDue(now)) return true
    return false
  }

  /** Waits for a nudge where nothing is due; a position that only moves on is not announced, so not for ever. */
  async #untilWork(): Promise<void> {
    if (this.#isEnded() || this.#hasWork()) return
    const woken = new AbortController()
    this.#wake = () => {
      woken.abort(null)
    }
    await this.#options.timing.sleep(limits.pollMs, woken.signal)
    this.#wake = undefined
  }

  async #takeAndCommit(): Promise<void> {
    const taken: { task: PartitionTask; commit: PartitionCommit }[] = []
    const now = this.#options.timing.now()
    for (const task of this.#options.tasks()) {
      const commit = task.take(now)
      if (commit !== null) taken.push({ task, commit })
    }
    if (taken.length === 0) return
    const result = await this.#commitUntilAnswered(taken.map(({ commit }) => commit))
    if (result !== null) this.#settle(taken, result)
  }

  /** Null when the lane was stopped while the database did not answer. */
  async #commitUntilAnswered(commits: PartitionCommit[]): Promise<SpeedCommitResult | null> {
    const { view, bases, merge, log, timing } = this.#options
    for (this.failures = 0; ;) {
      const startedAt = timing.elapsed()
      try {
        crashPoint('speed.commit.before')
        const result = await commitThrough(view, { commits, merge, bases, leaseMs: limits.leaseMs })
        crashPoint('speed.commit.after')
        this.lastCommitMs = timing.elapsed() - startedAt
        this.commits++
        this.failures = 0
        this.lastError = null
        return result
      } catch (error) {
        this.failures++
        this.lastError = error instanceof Error ? error.message : String(error)
        const cells = commits.reduce((sum, { cells }) => sum + cells.length, 0)
        const level = this.failures >= limits.stuckAfterAttempts ? 'error' : 'warn'
        log[level]({ err: error, failures: this.failures, cells }, 'a commit failed and will be tried again')
        if (this.#ended.signal.aborted) return null
        const { random } = timing
        const wait = backoffMs(
          { baseMs: limits.retryBaseMs, maxMs: limits.retryMaxMs, random },
          this.failures,
        )
        await timing.sleep(wait, this.#ended.signal)
      }
    }
  }

  #settle(taken: { task: PartitionTask; commit: PartitionCommit }[], result: SpeedCommitResult): void {
    const byKey = new Map(taken.map((item) => [partitionKey(item.commit), item]))
    const done: Committed[] = []
    for (const position of result.committed) {
      const item = byKey.get(partitionKey(position))
      if (item === undefined) continue
      const traced = item.task.settle(this.#options.timing.now())
      done.push({ ...item, epoch: position.epoch, traced, fresh: position.fresh })
    }
    if (done.length > 0) this.#options.onCommitted(done)
    for (const lost of result.lost) {
      const item = byKey.get(partitionKey(lost))
      if (item !== undefined) this.#options.onLost(item.task, lost.reason)
    }
  }
}
