import {
  DedupeSet,
  newPartitionState,
  watermarkOf,
  type CompiledPipeline,
  type EventBatch,
  type LongKey,
  type PartitionState,
} from '../pipeline'
import { crashPoint, systemClock, type Clock } from '../platform'
import { partitionKey, type Lease, type PartitionCommit } from '../serving'
import { holdTraces, tracedIn, type TracedEvent } from './event-spans'
import { EventWaits, type WaitRun } from './event-waits'
import { limits } from './limits'
import { GuardedFold } from './guarded-fold'
import { PoisonRecord, type Poison } from './poison'
import { rowsFrom } from './rows-from'

export interface TaskOptions {
  lease: Lease
  pipeline: string
  compiled: CompiledPipeline
  /** The deployment's dedupe secret, as two 32-bit halves. */
  seed: { seedLo: number; seedHi: number }
  /** Partitions of the compute in all. */
  partitions: number
  /** From when, and after which message, events count as having waited for the view. */
  waits?: { from: number; seenSeq: number }
  clock?: Clock
  /** Of this partition, from before. */
  poisons?: PoisonRecord
  /** The fold has thrown: the task has ended, and the partition is to be taken again. */
  onSpoilt?: (error: unknown) => void
}

/**
 * One leased partition of one compute: its fold state since the last commit and how far the log was read for it.
 *
 * 1. `committedSeq <= seq`, and the state holds exactly the effect of (committedSeq, seq] beside what a commit
 *    under way carries.
 * 2. Messages up to the position the lease started from are never folded; while `cursor` is below it they only
 *    rebuild what is remembered of them, each message once: the dedupe marks, and the watermark of what was skipped.
 * 3. One commit at a time is under way; the next starts where it ends.
 */
export class PartitionTask {
  readonly key: string
  readonly lease: Lease
  readonly pipeline: string
  readonly compiled: CompiledPipeline
  readonly type: string
  readonly partitions: number
  /** Everything up to here was read for this task. */
  cursor: number
  seq: number
  committedSeq: number
  logTime: number | null
  /** `leaving`: nothing more is folded, what was is still committed. `ended`: the lease is lost or given back. */
  phase: 'held' | 'leaving' | 'ended' = 'held'
  /** When the events of the last commit were logged. */
  waited: readonly WaitRun[] = []
  /** Events of the last commit whose key was too long. */
  longKeys: readonly LongKey[] = []
  readonly #state: PartitionState
  /** Events that could not be folded and are nowhere else yet: until they are, nothing is committed. */
  unparked: readonly Poison[] = []
  #messages = 0
  /** Parked events; `alone` while no event of their message was folded. */
  #dead: { seq: number; alone: boolean }[] = []
  #underWay: PartitionCommit | null = null
  #traced: TracedEvent[] = []
  #tracedUnderWay: TracedEvent[] = []
  #settledAt = 0
  readonly #waits: EventWaits
  readonly #clock: Clock
  #waitsUnderWay: WaitRun[] = []
  #longKeysUnderWay: readonly LongKey[] = []
  readonly #poisons: PoisonRecord
  readonly #onSpoilt: (error: unknown) => void
  readonly #fold: GuardedFold

  constructor(options: TaskOptions) {
    const { lease, pipeline, compiled, seed, partitions, waits, clock = systemClock } = options
    this.#clock = clock
    this.#poisons = options.poisons ?? new PoisonRecord()
    this.#onSpoilt = options.onSpoilt ?? (() => undefined)
    this.key = partitionKey(lease)
    this.lease = lease
    this.pipeline = pipeline
    this.compiled = compiled
    this.type = compiled.definition.eventType
    this.partitions = partitions
    this.seq = this.committedSeq = this.cursor = lease.seq
    this.logTime = lease.logTime
    const dedupe = { horizonMs: compiled.definition.dedupeHorizonMs, ...seed }
    this.#state = newPartitionState(compiled, { watermark: lease.watermark, dedupe: new DedupeSet(dedupe) })
    this.#fold = new GuardedFold({ compiled, state: this.#state, poisons: this.#poisons, dedupe })
    this.#waits = new EventWaits(waits?.from ?? 0, waits?.seenSeq ?? 0)
  }

  get computeId(): number {
    return this.lease.computeId
  }

  get partition(): number {
    return this.lease.partition
  }

  get watermark(): number | null {
    return watermarkOf(this.#state)
  }

  get earlyRotations(): number {
    return this.#state.dedupe.earlyRotations
  }

  /** Log time from which the log must be read again to rebuild the dedupe marks; null when there are none. */
  get rebuildFrom(): number | null {
    const { logTime } = this.lease
    return this.lease.seq === 0 || logTime === null ? null : this.#state.dedupe.rebuildFrom(logTime)
  }

  /** Reading starts after `seq`, below the committed position, to rebuild first what is remembered. */
  rewindTo(seq: number): void {
    if (seq < this.cursor) this.cursor = seq
  }

  get uncommittedCells(): number {
    return this.#state.deltaCells + (this.#underWay?.cells.length ?? 0)
  }

  get uncommittedEvents(): number {
    return this.#state.counters.events + (this.#underWay?.counters.events ?? 0)
  }

  /** Reads the rows not read before; a message is never split over two batches. */
  read(batch: EventBatch): void {
    const last = batch.seq[batch.n - 1]
    if (this.phase !== 'held' || last === undefined || last <= this.cursor) return
    if (this.cursor < this.lease.seq) this.#rebuild(batch)
    const fresh = rowsFrom(batch, this.seq)
    if (fresh !== null) {
      if (!this.#foldOrSpoil(fresh)) return
      if (batch.traced != null) holdTraces(this.#traced, tracedIn(batch, this.seq))
      this.#messages += messagesOf(fresh)
      this.#waits.note(fresh, this.#clock.now())
      if (this.#dead.length > 0) this.#noteCompany(fresh)
      this.seq = last
      this.logTime = fresh.logTime[fresh.n - 1] ?? this.logTime
    }
    this.cursor = last
  }

  /** What could not be folded is where it is seen. */
  noteParked(): void {
    this.unparked = []
  }

  /** An event that was parked instead of folded: counted once the position passes it. */
  readDead(seq: number): void {
    if (this.phase === 'held' && seq > this.seq) this.#dead.push({ seq, alone: true })
  }

  /** Everything of this partition up to `seq` was read. */
  advance(seq: number): void {
    if (this.phase !== 'held') return
    if (seq > this.cursor) this.cursor = seq
    if (seq > this.seq) this.seq = seq
  }

  /** A partition nothing came for moves its position on now and then, so that lag and cuts do not wait for it. */
  isDue(now: number): boolean {
    if (this.phase === 'ended' || this.#underWay !== null || this.seq === this.committedSeq) return false
    if (this.unparked.length > 0) return false
    return this.hasEvents || this.phase === 'leaving' || now - this.#settledAt >= limits.idleAdvanceMs
  }

  get hasEvents(): boolean {
    return this.#messages > 0 || this.#dead.length > 0
  }

  take(now: number): PartitionCommit | null {
    if (!this.isDue(now)) return null
    const taken = this.#takeOrSpoil()
    if (taken === null) return null
    const { cells, counters, longKeys } = taken
    const dead = this.#dead.filter(({ seq }) => seq <= this.seq)
    this.#dead = this.#dead.filter(({ seq }) => seq > this.seq)
    const deadMessages = new Set(dead.filter(({ alone }) => alone).map(({ seq }) => seq)).size
    this.#underWay = {
      computeId: this.computeId,
      partition: this.partition,
      fence: this.lease.fence,
      baseSeq: this.committedSeq,
      seq: this.seq,
      watermark: this.watermark,
      logTime: this.logTime,
      counters: {
        ...counters,
        messages: this.#messages + deadMessages,
        events: counters.events + dead.length,
        invalid: counters.invalid + dead.length,
      },
      cells,
    }
    this.#messages = 0
    this.#tracedUnderWay = this.#traced
    this.#traced = []
    this.#waitsUnderWay = this.#waits.take()
    this.#longKeysUnderWay = longKeys
    return this.#underWay
  }

  /** What was taken is in the database; answers the traces of it. */
  settle(now: number): readonly TracedEvent[] {
    this.waited = this.#waitsUnderWay
    this.longKeys = this.#longKeysUnderWay
    if (this.#underWay !== null) this.committedSeq = this.#underWay.seq
    this.#poisons.forgetUpTo(this.committedSeq)
    this.#underWay = null
    this.#settledAt = now
    const traced = this.#tracedUnderWay
    this.#tracedUnderWay = []
    return traced
  }

  /** False: the state is half changed, and the task has ended. */
  #foldOrSpoil(batch: EventBatch): boolean {
    try {
      const poisons = this.#fold.fold(batch)
      if (poisons.length > 0) this.unparked = [...this.unparked, ...poisons]
      for (const { seq } of poisons) this.#dead.push({ seq, alone: false })
      return true
    } catch (error) {
      this.#spoil(error)
      return false
    }
  }

  #takeOrSpoil(): ReturnType<GuardedFold['takeDeltas']> | null {
    try {
      return this.#fold.takeDeltas(this.seq)
    } catch (error) {
      this.#spoil(error)
      return null
    }
  }

  #spoil(error: unknown): void {
    this.phase = 'ended'
    this.#onSpoilt(error)
  }

  /** A message with a parked event and a folded one is one message. */
  #noteCompany(batch: EventBatch): void {
    const folded = new Set(batch.seq)
    for (const dead of this.#dead) if (folded.has(dead.seq)) dead.alone = false
  }

  #rebuild(batch: EventBatch): void {
    crashPoint('speed.restore.rebuilding')
    for (let i = 0; i < batch.n; i++) {
      const seq = batch.seq[i] as number
      if (seq > this.lease.seq) return
      if (seq <= this.cursor) continue
      this.#fold.meet(batch, i)
    }
  }
}

function messagesOf(batch: EventBatch): number {
  let messages = 0
  let previous = -1
  for (let i = 0; i < batch.n; i++) {
    const seq = batch.seq[i] as number
    if (seq !== previous) messages++
    previous = seq
  }
  return messages
}
