import type { Committed, FlusherOptions } from './flusher'
import { Flusher } from './flusher'
import { limits } from './limits'
import type { PartitionTask } from './partition-task'
import type { ReaderGroup } from './reader-group'

/** Readers whose partitions are committed together, and the room they have until the next commit. */
export class Lane {
  readonly groups = new Set<ReaderGroup>()
  readonly flusher: Flusher
  events = 0
  /** Times reading waited because too much was not yet committed. */
  pauses = 0
  paused = false
  #wake: (() => void)[] = []

  constructor(
    readonly name: 'live' | 'catchUp',
    options: Omit<FlusherOptions, 'tasks'>,
  ) {
    this.flusher = new Flusher({
      ...options,
      tasks: () => this.tasks(),
      onCommitted: (done: Committed[]) => {
        options.onCommitted(done)
        this.#wakeAll()
      },
    })
  }

  *tasks(): Iterable<PartitionTask> {
    for (const group of this.groups) yield* group.tasks
  }

  noteRead(events: number): void {
    this.events += events
    this.flusher.nudge()
  }

  isFull(): boolean {
    let cells = 0
    let events = 0
    for (const task of this.tasks()) {
      cells += task.uncommittedCells
      events += task.uncommittedEvents
    }
    return cells > limits.uncommittedCells || events > limits.uncommittedEvents
  }

  /** Resolves when more may be read, at once or after commits have made room; or when `recheck` finds it aborted. */
  async room(signal: AbortSignal): Promise<void> {
    if (!this.isFull()) return
    this.pauses++
    this.paused = true
    while (!signal.aborted && this.isFull()) {
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve)
      })
    }
    this.paused = false
  }

  /** To be called when partitions leave, whose cells no longer count, or when somebody waiting is to give up. */
  recheck(): void {
    this.#wakeAll()
  }

  #wakeAll(): void {
    const waiting = this.#wake
    this.#wake = []
    for (const resolve of waiting) resolve()
  }
}
