import { parseSubject, type BatchInfo, type DeadEvent, type LogReader } from '../log'
import type { EventBatch } from '../pipeline'
import type { Timing } from '../platform'
import { admitTraces, recordParked } from './event-spans'
import type { Lane } from './lane'
import { limits } from './limits'
import type { PartitionTask } from './partition-task'
import type { SpeedLog } from './ports'

export interface GroupDeps {
  log: Pick<SpeedLog, 'open'>
  timing: Timing
  /** The log no longer holds what the task would have folded, or rebuilt its dedupe marks from. */
  onHole: (task: PartitionTask, seqFrom: number, seqTo: number) => void
  /** Puts the task's events that could not be folded where they are seen; tries until that is done, or it is closed. */
  park: (task: PartitionTask, signal: AbortSignal) => Promise<void>
  /** A batch was folded that this partition had not folded before. */
  onRead?: ((task: PartitionTask, read: { events: number; bytes: number }) => void) | undefined
  /** Reading has stopped; the reader is to be replaced. */
  onFailure: (type: string, error: unknown) => void
  /** How far behind the live readers are now, in ms; readers that catch up make room by it. */
  liveLagMs: () => number
}

/** One reader of the log and the partitions it is read for. Made once, closed once. */
export class ReaderGroup {
  readonly type: string
  lane: Lane
  tasks: readonly PartitionTask[]
  /** Messages not delivered yet; null before the first delivery. */
  pending: number | null = null
  /** Events in a message, on average, as far as seen. */
  eventsPerMessage = 1
  logTime: number | null = null
  failed = false
  readonly #deps: GroupDeps
  readonly #closing = new AbortController()
  readonly #byPartition: PartitionTask[][] = []
  readonly #partitions: number
  readonly #reader: LogReader

  constructor(lane: Lane, tasks: readonly PartitionTask[], deps: GroupDeps) {
    const [first] = tasks
    if (first === undefined) throw new RangeError('a reader needs a partition to read')
    this.type = first.type
    this.lane = lane
    this.tasks = tasks
    this.#deps = deps
    this.#partitions = first.partitions
    for (const task of tasks) (this.#byPartition[task.partition] ??= []).push(task)
    const cursors = new Map<number, number>()
    for (const { partition, cursor } of tasks) {
      cursors.set(partition, Math.min(cursor, cursors.get(partition) ?? cursor))
    }
    this.#reader = deps.log.open({
      type: this.type,
      partitions: first.partitions,
      partition: [...cursors.keys()],
      fromSeq: cursors,
      fields: [...new Set(tasks.flatMap((task) => task.compiled.fields))],
      onBatch: (batch, info) => this.#read(batch, info),
      onDead: (dead) => {
        this.#readDead(dead)
      },
      onProgress: (seq) => {
        for (const task of this.tasks) task.advance(seq)
      },
      onHole: (seqFrom, seqTo) => {
        for (const task of this.tasks) if (task.cursor < seqTo) deps.onHole(task, seqFrom, seqTo)
      },
      onError: (error) => {
        this.failed = true
        deps.onFailure(this.type, error)
      },
    })
  }

  /** Milliseconds the reader is behind the log; 0 when it has read everything. */
  lagMs(now: number): number {
    return (this.pending ?? 0) === 0 || this.logTime === null ? 0 : Math.max(0, now - this.logTime)
  }

  /** Partitions whose lease is gone are read no longer for. */
  retain(tasks: readonly PartitionTask[]): void {
    this.tasks = tasks
    this.#byPartition.forEach((ofPartition, partition) => {
      this.#byPartition[partition] = ofPartition.filter((task) => tasks.includes(task))
    })
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.lane.recheck()
    await this.#reader.close()
  }

  async #read(batch: EventBatch, info: BatchInfo): Promise<void> {
    const { signal } = this.#closing
    if (signal.aborted) return
    const { timing } = this.#deps
    const startedAt = timing.elapsed()
    const tasks = this.#byPartition[info.partition] ?? []
    if (batch.traced != null) admitTraces(batch, Math.min(...tasks.map(({ seq }) => seq)), timing.now())
    for (const task of tasks) {
      const before = task.seq
      task.read(batch)
      if (task.unparked.length > 0) await this.#deps.park(task, signal)
      task.advance(info.lastSeq)
      if (task.seq > before) this.#deps.onRead?.(task, { events: batch.n, bytes: info.bytes })
    }
    this.pending = info.pending
    this.logTime = info.lastLogTime
    this.eventsPerMessage += (batch.n / Math.max(1, info.messages) - this.eventsPerMessage) * 0.1
    this.lane.noteRead(batch.n)
    await this.lane.room(signal)
    if (this.lane.name === 'catchUp' && this.#deps.liveLagMs() > limits.liveLagMs) {
      await timing.sleep((timing.elapsed() - startedAt) * (limits.catchUpShare - 1), signal)
    }
  }

  #readDead(dead: DeadEvent): void {
    const partition = parseSubject(dead.subject, this.#partitions)?.partition ?? 0
    for (const task of this.#byPartition[partition] ?? []) {
      if (dead.traceparent !== null && dead.seq > task.seq) recordParked(dead, task.pipeline)
      task.readDead(dead.seq)
    }
  }
}
