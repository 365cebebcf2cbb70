import type { Nats } from '../clients'
import type { EventBatch } from '../pipeline'
import { AppError, logger, retry } from '../platform'
import { BatchBuilder } from './batch-builder'
import { BatchDecoder } from './decode'
import type { LogMessage } from './log-message'
import { frameType, MessageHeader } from './message-header'
import type { DeadEvent } from './message'
import { openOrderedPull, type OrderedPull } from './ordered-pull'
import type { SchemasInForce } from './schemas-in-force'
import { eventsStream, streamState } from './stream'
import { parseSubject, subjectOf, type EventSubject } from './subject'
import { UnpartitionedWatch, widerFilter } from './unpartitioned'
import type { WirePlace } from './wire-message'

/** What a batch covers: its last message may have held no usable event, the position moves on all the same. */
export interface BatchInfo {
  partition: number
  /** Every message of the partition up to here is in this batch or an earlier one. */
  lastSeq: number
  lastLogTime: number
  messages: number
  /** Of the messages' bodies. */
  bytes: number
  /** Events that could not be used; the archiver keeps them as dead letters. */
  dead: number
  /** Messages not yet delivered, of all partitions that are read. */
  pending: number
}

export interface LogReaderOptions {
  nats: Nats
  type: string
  /** Number of partitions of the log. */
  partitions: number
  partition: number | readonly number[] | 'all'
  /** Read behind this sequence; one for all, or one for each partition by its number. */
  fromSeq: number | ReadonlyMap<number, number>
  /** Top-level fields of data to decode. */
  fields: readonly string[]
  /** Checks events that no gateway vouches for; null: they are taken as they are. */
  schemas?: SchemasInForce | null
  /** While its promise is pending nothing more is decoded, and no more than the requests under way is buffered. */
  onBatch: (batch: EventBatch, info: BatchInfo) => void | Promise<void>
  /** Every message of all partitions that are read, up to `seq`, was handed over or skipped. */
  onProgress?: (seq: number) => void
  onDead?: (dead: DeadEvent) => void
  /** The log no longer holds this stretch: what was in it can only come from the archive. */
  onHole?: (seqFrom: number, seqTo: number) => void
  /** A batch handler or the reader failed: reading has stopped. */
  onError: (error: unknown) => void
  /** A batch is handed over when it has this many events or when nothing more has arrived. */
  maxBatchEvents?: number
}

export interface LogReader {
  pause(): void
  resume(): void
  /** Waits for the batch being handled; hands over no other. */
  close(): Promise<void>
}

/** Undelivered messages kept while a batch is being handled; beyond it no more are requested. */
const maxBufferedBytes = 8 * 1024 ** 2
const idleCheckMs = 500
/** With more messages to come than this, what is asked of the log is asked of all it holds. */
const askAheadFrom = 1_000

/** A message in the chunk it came in; one object is all that is made of most. */
class PartitionMessage implements LogMessage {
  constructor(
    readonly subject: string,
    readonly partition: number,
    readonly header: MessageHeader | null,
    readonly seq: number,
    readonly logTime: number,
    readonly bytes: Buffer,
    readonly start: number,
    readonly end: number,
  ) {}

  get data(): Buffer {
    return this.bytes.subarray(this.start, this.end)
  }
}

export function openLogReader(options: LogReaderOptions): LogReader {
  const { nats, type, partitions } = options
  const wanted = wantedPartitions(options)
  const subjects = new SubjectCache(partitions)
  /** What was handed over, by partition. */
  const handed = new Map(wanted.map((partition) => [partition, startOf(options, partition)]))
  /** Every wanted message up to here was handed over. */
  let settled = Math.min(...handed.values())
  let watch = wanted.includes(0) ? new UnpartitionedWatch(nats, type, handed.get(0) ?? 0) : null
  let buffer: PartitionMessage[] = []
  let buffered = 0
  let pending = 0
  let deadInBatch = 0
  let pausedByCaller = false
  let running: Promise<void> | null = null
  const closing = new AbortController()
  let closed = false
  let pull = open(wanted.length === 1 ? subjectOf(type, wanted[0] ?? 0) : `events.${type}.*`)

  const decoder = new BatchDecoder(options.fields, options.schemas ?? null, (dead) => {
    deadInBatch++
    options.onDead?.(dead)
  })
  // Messages without a partition wake nobody in a narrow read.
  const idle = setInterval(() => {
    if (watch && buffer.length === 0) run(checkIdle)
  }, idleCheckMs)

  function open(filter: string): OrderedPull {
    return openOrderedPull({
      nats,
      stream: eventsStream,
      filter,
      fromSeq: settled,
      async beforeStart(afterSeq) {
        const state = await streamState(nats)
        checkStart(state, afterSeq, options.onHole)
        // Before anything is on its way, behind which the answer would have to wait.
        if (state.lastSeq > afterSeq) await watch?.anyUpTo(state.lastSeq)
      },
      onFatal: fail,
      onMessage(message, delivery) {
        pending = delivery.pending
        const { place } = message
        const subject = subjects.parse(place)
        if (subject?.type !== type) return
        if (delivery.streamSeq <= (handed.get(subject.partition) ?? Number.POSITIVE_INFINITY)) return
        const { text, partition } = subject
        const header = place.start === place.data ? null : new MessageHeader(message.header)
        const { streamSeq, time } = delivery
        const { bytes, data, end } = place
        buffer.push(new PartitionMessage(text, partition, header, streamSeq, time, bytes, data, end))
        buffered += end - data
        if (buffered > maxBufferedBytes) pull.pause()
        run(drain)
      },
    })
  }

  function fail(error: unknown): void {
    if (closed) return
    stop()
    options.onError(error)
  }

  function stop(): void {
    closed = true
    closing.abort()
    clearInterval(idle)
    void pull.close()
  }

  function run(task: () => Promise<void>): void {
    if (running || closed || pausedByCaller) return
    // After the socket's current chunk, so that one batch holds all of it.
    running = new Promise<void>((resolve) => setImmediate(resolve))
      .then(task)
      .catch(fail)
      .finally(() => {
        running = null
        if (buffer.length > 0) run(drain)
      })
  }

  async function drain(): Promise<void> {
    while (buffer.length > 0 && !closed && !pausedByCaller) {
      const messages = buffer
      buffer = []
      buffered = 0
      pull.resume()
      const { schemas } = options
      if (schemas && messages.some(needsCheck)) await patiently(() => schemas.sync())
      const narrow = watch
      const last = messages.at(-1)?.seq ?? 0
      const mustAsk = narrow !== null && !narrow.isClearUpTo(last)
      if (mustAsk && (await patiently(() => narrow.anyUpTo(last, pending > askAheadFrom)))) widen()
      else await deliver(messages)
    }
  }

  /** The log or the database may be away for a while; the messages in hand stay good. */
  const patiently = <T>(task: () => Promise<T>): Promise<T> =>
    retry(task, { attempts: Number.POSITIVE_INFINITY, baseMs: 100, maxMs: 3_000, signal: closing.signal })

  async function checkIdle(): Promise<void> {
    const { lastSeq } = await streamState(nats).catch(() => ({ lastSeq: 0 }))
    if (buffer.length === 0 && (await watch?.anyUpTo(lastSeq).catch(() => false))) widen()
  }

  /** Starts again behind what was handed over, with a filter that has the messages without a partition too. */
  function widen(): void {
    watch = null
    buffer = []
    buffered = 0
    void pull.close()
    pull = open(widerFilter(type))
  }

  async function deliver(messages: readonly PartitionMessage[]): Promise<void> {
    const batches = new Map<number, { builder: BatchBuilder; info: BatchInfo }>()
    const hand = async (partition: number) => {
      const item = batches.get(partition)
      batches.delete(partition)
      if (!item || closed) return
      handed.set(partition, item.info.lastSeq)
      await options.onBatch(item.builder.batch, item.info)
    }
    for (const message of messages) {
      const { partition } = message
      let item = batches.get(partition)
      if (!item) {
        const info = { partition, lastSeq: 0, lastLogTime: 0, messages: 0, bytes: 0, dead: 0, pending }
        item = { builder: new BatchBuilder(type, partition, options.fields), info }
        batches.set(partition, item)
      }
      deadInBatch = 0
      decoder.decode(message, type, item.builder)
      item.info.lastSeq = message.seq
      item.info.lastLogTime = message.logTime
      item.info.messages++
      item.info.bytes += message.end - message.start
      item.info.dead += deadInBatch
      if (item.builder.batch.n >= (options.maxBatchEvents ?? 4_096)) await hand(partition)
    }
    for (const partition of [...batches.keys()]) await hand(partition)
    if (closed) return
    settled = messages.at(-1)?.seq ?? settled
    options.onProgress?.(settled)
  }

  return {
    pause() {
      pausedByCaller = true
      pull.pause()
    },
    resume() {
      pausedByCaller = false
      pull.resume()
      if (buffer.length > 0) run(drain)
    },
    async close() {
      stop()
      await pull.close()
      await running
    },
  }
}

const needsCheck = (message: LogMessage) =>
  message.header?.get('content-type') !== frameType || message.header.get('parallax-validated') !== '1'

function wantedPartitions({ partition, partitions }: LogReaderOptions): number[] {
  if (partition === 'all') return Array.from({ length: partitions }, (_, i) => i)
  return typeof partition === 'number' ? [partition] : [...partition]
}

const startOf = ({ fromSeq }: LogReaderOptions, partition: number): number =>
  typeof fromSeq === 'number' ? fromSeq : (fromSeq.get(partition) ?? 0)

function checkStart(
  { firstSeq, lastSeq }: { firstSeq: number; lastSeq: number },
  afterSeq: number,
  onHole: LogReaderOptions['onHole'],
): void {
  if (afterSeq > lastSeq) {
    throw new AppError(
      'conflict',
      `Reading the log after message ${afterSeq} failed: it ends at ${lastSeq}, so it is not the log this position belongs to, or it lost its tail. Restore the log, or start with an empty database.`,
    )
  }
  if (firstSeq > afterSeq + 1) {
    logger('log').error(
      { seqFrom: afterSeq + 1, seqTo: firstSeq - 1 },
      'the log no longer holds what is to be read',
    )
    onHole?.(afterSeq + 1, firstSeq - 1)
  }
}

/** Subjects differ in the partition at their end: the last one for each final byte is recognised by its bytes. */
class SubjectCache {
  readonly #known = new Map<string, (EventSubject & { text: string }) | null>()
  readonly #recent: { bytes: Uint8Array; subject: (EventSubject & { text: string }) | null }[] = []

  constructor(readonly partitions: number) {}

  parse({ bytes, subject: from, subjectEnd: to }: WirePlace): (EventSubject & { text: string }) | null {
    const last = bytes[to - 1] ?? 0
    const recent = this.#recent[last]
    if (recent !== undefined && same(recent.bytes, bytes, from, to)) return recent.subject
    const text = bytes.toString('utf8', from, to)
    let subject = this.#known.get(text)
    if (subject === undefined) {
      const parsed = parseSubject(text, this.partitions)
      subject = parsed && { ...parsed, text }
      if (this.#known.size >= maxKnownSubjects) this.#known.clear()
      this.#known.set(text, subject)
    }
    this.#recent[last] = { bytes: Uint8Array.from(bytes.subarray(from, to)), subject }
    return subject
  }
}

const maxKnownSubjects = 10_000

function same(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  let i = known.length
  if (i !== to - from) return false
  while (--i >= 0) if (known[i] !== bytes[from + i]) return false
  return true
}
