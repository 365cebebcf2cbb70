import type { Console } from '../../control'
import { provisionStreams, viewsStream } from '../../log'
import { logger, sleep } from '../../platform'
import { readViewChange, type ViewChange } from './view-change'

/** Changes remembered per process: a viewer that reconnects within them resumes without a new snapshot. */
const remembered = 5_000
const listenersLimit = 20_000
const retryMs = 1_000
const checkMs = 5_000
const readyMs = 2_000

/** `reset`: changes were missed; what is shown must be read anew. */
export type HubEvent = { seq: number; change: ViewChange } | 'reset'
type Listener = (event: HubEvent) => void

const log = logger('live')

/** One reader of the views stream per process, shared by all its viewers. */
export class ViewHub {
  private readonly listeners = new Set<Listener>()
  private readonly recent: { seq: number; change: ViewChange }[] = []
  /** Changes after this seq are all in `recent`. */
  private completeAfter = Infinity
  private started: Promise<void> | undefined
  private opened = (): void => undefined

  constructor(private readonly nats: Console['nats']) {}

  /** Resolves once changes are being read, or soon after when the log is away: a reset follows then. */
  ready(): Promise<void> {
    this.started ??= new Promise((resolve) => {
      this.opened = resolve
      setTimeout(resolve, readyMs).unref()
      void this.readForEver()
    })
    return this.started
  }

  /** Null when no more viewers can be served. */
  listen(listener: Listener): (() => void) | null {
    if (this.listeners.size >= listenersLimit) return null
    this.listeners.add(listener)
    void this.ready()
    return () => this.listeners.delete(listener)
  }

  /** The last seq seen. */
  get seq(): number {
    return this.recent.at(-1)?.seq ?? (Number.isFinite(this.completeAfter) ? this.completeAfter : 0)
  }

  /** What changed after `seq`; null when that is no longer known. */
  since(seq: number): ViewChange[] | null {
    if (seq < this.completeAfter || seq > this.seq) return null
    return this.recent.filter((entry) => entry.seq > seq).map(({ change }) => change)
  }

  private async readForEver(): Promise<void> {
    while (!this.nats.nc.isClosed()) {
      try {
        await this.readOnce()
      } catch (error) {
        log.warn({ err: error }, 'reading the views stream failed; trying again')
        // A stream in memory is gone after its server restarted, until someone makes it again.
        await provisionStreams(this.nats).catch(() => undefined)
      }
      await sleep(retryMs)
    }
  }

  private async readOnce(): Promise<void> {
    const { js, jsm } = this.nats
    const { state } = await jsm.streams.info(viewsStream)
    const consumer = await js.consumers.get(viewsStream, {
      deliver_policy: 'by_start_sequence',
      opt_start_seq: state.last_seq + 1,
    })
    const messages = await consumer.consume({ max_messages: 1_000 })
    // A stream made again counts from one: nothing remembered compares with its numbers.
    this.recent.length = 0
    this.completeAfter = state.last_seq
    this.opened()
    this.tell('reset')
    const check = setInterval(() => {
      void jsm.streams
        .info(viewsStream)
        .then(({ state: now }) => now.last_seq >= this.seq)
        .catch(() => false)
        .then((isSame) => (isSame ? undefined : messages.close()))
    }, checkMs)
    try {
      for await (const message of messages) {
        const change = readViewChange(message.subject, message.string())
        if (change) this.take({ seq: message.seq, change })
      }
    } finally {
      clearInterval(check)
    }
  }

  private take(entry: { seq: number; change: ViewChange }): void {
    this.recent.push(entry)
    if (this.recent.length > remembered) this.completeAfter = this.recent.shift()?.seq ?? this.completeAfter
    this.tell(entry)
  }

  private tell(event: HubEvent): void {
    for (const listener of this.listeners) listener(event)
  }
}

const hubs = new WeakMap<Console['nats'], ViewHub>()

export function hubOf({ nats }: Pick<Console, 'nats'>): ViewHub {
  const hub = hubs.get(nats) ?? new ViewHub(nats)
  hubs.set(nats, hub)
  return hub
}
