import type { BatchInfo, LogReader, LogReaderOptions } from '../log'
import type { EventBatch } from '../pipeline'
import type { SpeedLog } from '../speed'
import type { Process, Scheduler } from './scheduler'
import { ConnectionLost, type Weather } from './server'

export interface SimEvent {
  id: string
  time: number
  key: string
  value: number
}

/** A frame of events of one partition; its place in the log is its seq, from 1. */
export interface SimMessage {
  seq: number
  partition: number
  logTime: number
  events: SimEvent[]
}

type OpenOptions = Omit<LogReaderOptions, 'nats' | 'schemas'>

/** The log: append-only, ordered, read from any position; whoever reads may lose the connection at any time. */
export class MemoryLog {
  readonly messages: SimMessage[] = []
  /** By partition, the furthest that was delivered to anybody. */
  readonly delivered = new Map<number, number>()
  readonly #waiting = new Set<() => void>()

  constructor(
    readonly scheduler: Scheduler,
    readonly weather: Weather,
  ) {}

  get lastSeq(): number {
    return this.messages.length
  }

  append(partition: number, events: SimEvent[]): number {
    const seq = this.messages.length + 1
    this.messages.push({ seq, partition, logTime: this.scheduler.now, events })
    for (const wake of [...this.#waiting]) wake()
    return seq
  }

  /** The log as one process reaches it. */
  seenBy(process: Process): SpeedLog {
    const ask = <T>(answer: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        const { scheduler, weather } = this
        scheduler.after(weather.latency(), null, () => {
          const lost = scheduler.random.chance(weather.breaks)
          const result = answer()
          scheduler.after(weather.latency(), process, () => {
            if (lost) reject(new ConnectionLost())
            else resolve(result)
          })
        })
      })
    return {
      open: (options) => new SimReader(this, process, options),
      state: () => ask(() => ({ lastSeq: this.lastSeq, firstAt: this.messages[0]?.logTime ?? null })),
      seqBefore: (time) => ask(() => this.seqBefore(time)),
      onPipelines: () => () => undefined,
      publishView: () => undefined,
    }
  }

  seqBefore(time: number): number {
    const next = this.messages.find((message) => message.logTime >= time)
    return next === undefined ? this.lastSeq : next.seq - 1
  }

  /** Calls back once, with the next message. */
  onAppend(wake: () => void): () => void {
    const once = () => {
      this.#waiting.delete(once)
      wake()
    }
    this.#waiting.add(once)
    return () => {
      this.#waiting.delete(once)
    }
  }
}

/** Reads on in portions of random size, with the guarantees of the product's reader: in order, each message once. */
class SimReader implements LogReader {
  readonly #handed = new Map<number, number>()
  #cursor: number
  #closed = false
  #handling: Promise<void> = Promise.resolve()
  #forget: () => void = () => undefined

  constructor(
    readonly log: MemoryLog,
    readonly process: Process,
    readonly options: OpenOptions,
  ) {
    const { partition, fromSeq } = options
    const wanted = partition === 'all' ? [...Array(options.partitions).keys()] : [partition].flat()
    for (const one of wanted)
      this.#handed.set(one, typeof fromSeq === 'number' ? fromSeq : (fromSeq.get(one) ?? 0))
    this.#cursor = Math.min(...this.#handed.values())
    this.#later()
  }

  pause(): void {
    this.#forget()
  }

  resume(): void {
    this.#later()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#forget()
    await this.#handling
  }

  #later(): void {
    const { scheduler, weather } = this.log
    this.#forget = scheduler.after(weather.latency(), this.process, () => {
      this.#handling = this.#pump()
    })
  }

  async #pump(): Promise<void> {
    const { log, options } = this
    const { random } = log.scheduler
    if (this.#closed) return
    if (random.chance(log.weather.breaks)) {
      this.#closed = true
      options.onError(new ConnectionLost())
      return
    }
    const portion = log.messages.slice(this.#cursor, this.#cursor + 1 + random.below(8))
    const last = portion.at(-1)
    if (last === undefined) {
      this.#forget = log.onAppend(() => {
        this.#later()
      })
      return
    }
    for (const [partition, handed] of this.#handed) {
      const fresh = portion.filter((message) => message.partition === partition && message.seq > handed)
      const lastOfThem = fresh.at(-1)
      if (lastOfThem === undefined) continue
      this.#handed.set(partition, lastOfThem.seq)
      log.delivered.set(partition, Math.max(log.delivered.get(partition) ?? 0, lastOfThem.seq))
      await options.onBatch(batchOf(fresh, partition), this.#infoOf(fresh, lastOfThem))
      if (this.#isClosed()) return
    }
    this.#cursor = last.seq
    options.onProgress?.(last.seq)
    this.#later()
  }

  #isClosed(): boolean {
    return this.#closed
  }

  #infoOf(messages: readonly SimMessage[], last: SimMessage): BatchInfo {
    return {
      partition: last.partition,
      lastSeq: last.seq,
      lastLogTime: last.logTime,
      messages: messages.length,
      bytes: 0,
      dead: 0,
      pending: this.log.lastSeq - last.seq,
    }
  }
}

function batchOf(messages: readonly SimMessage[], partition: number): EventBatch {
  const rows = messages.flatMap((message) =>
    message.events.map((event, index) => ({ message, event, index })),
  )
  return {
    type: eventType,
    partition,
    n: rows.length,
    seq: rows.map(({ message }) => message.seq),
    index: rows.map(({ index }) => index),
    logTime: rows.map(({ message }) => message.logTime),
    time: rows.map(({ event }) => event.time),
    source: rows.map(() => 's'),
    id: rows.map(({ event }) => event.id),
    subject: rows.map(() => null),
    columns: { k: rows.map(({ event }) => event.key), v: rows.map(({ event }) => event.value) },
  }
}

export const eventType = 'sim'
