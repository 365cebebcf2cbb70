import path from 'node:path'
import { mkdir } from 'node:fs/promises'
import { openDuck, spillDir, type Duck, type Nats, type Pool } from '../../clients'
import { crashPoint, leaseTimes, logger, sleep, type Stop } from '../../platform'
import type { LogMessage } from '../log-message'
import { MessageHeader } from '../message-header'
import { decodeMessage, unreadableSubject, type DeadEvent } from '../message'
import { openOrderedPull, type OrderedPull } from '../ordered-pull'
import { fillerSubject } from '../raw-messages'
import type { SchemasInForce } from '../schemas-in-force'
import { eventsStream, streamState } from '../stream'
import { parseSubject } from '../subject'
import { acquireLease, releaseLease, renewLease, type Lease } from './archive-lease-store'
import { checkArchive } from './archive-id'
import { commitFlush, insertHole, selectTypes, type NewSegment } from './archive-store'
import { compactType, type CompactionOptions } from './compact'
import { flushSubject, readFlushRequest } from './flush-request'
import { needsCheck } from './log-stretch'
import { removeOrphans, removeReplaced } from './orphans'
import { keepScrubbing, type ScrubPace } from './scrub'
import { SegmentBuilder } from './segment-builder'
import { writeSegment } from './segment-file'

export interface ArchiverOptions {
  nats: Nats
  pool: Pool
  /** The archive's folder. */
  dir: string
  partitions: number
  schemas: SchemasInForce
  owner: string
  flushMs?: number
  maxFlushEvents?: number
  maxFlushBytes?: number
  compactEveryMs?: number
  scrub?: ScrubPace
  /** What was written, once it counts. */
  onArchived?: (type: string, written: { events: number; bytes: number }) => void
  /** Told after every change; shown as the worker's detail. */
  onStatus?: (status: ArchiverStatus) => void
}

export interface ArchiverStatus {
  state: 'standby' | 'archiving'
  seq: number
}

const log = () => logger('archive')
const maxBufferedBytes = 32 * 1024 ** 2

/**
 * Keeps the archive for as long as it runs, whenever it holds the lease; any number of processes may stand by. What
 * is not committed is forgotten on any failure and read again from the committed position.
 */
export async function runArchiver(options: ArchiverOptions): Promise<Stop> {
  const stopping = new AbortController()
  await mkdir(options.dir, { recursive: true })
  const running = keepArchiving(options, stopping.signal)
  return async () => {
    stopping.abort()
    await running
  }
}

async function keepArchiving(options: ArchiverOptions, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      const lease = await acquireLease(options.pool, options.owner)
      if (lease) await archiveUnder(lease, options, stopped)
      else options.onStatus?.({ state: 'standby', seq: 0 })
    } catch (error) {
      log().warn({ err: error }, 'the archiver failed; it goes on from its last commit')
    }
    await sleep(leaseTimes.standByMs, stopped)
  }
}

async function archiveUnder(lease: Lease, options: ArchiverOptions, stopped: AbortSignal): Promise<void> {
  const { pool, dir } = options
  const ended = new AbortController()
  const signal = AbortSignal.any([stopped, ended.signal])
  const duck = await openDuck({ threads: 2, memoryLimit: '1GB', tempDir: spillDir(path.join(dir, '.spill')) })
  const heartbeat = setInterval(() => {
    renewLease(pool, lease).then(
      (held) => {
        if (!held) ended.abort()
      },
      (error: unknown) => {
        log().warn({ err: error }, 'cannot renew the lease')
      },
    )
  }, leaseTimes.heartbeatMs)
  const { fence } = lease
  const beside = [
    onFork(duck, (own) => keepCompacting({ pool, dir, fence, duck: own }, signal, options.compactEveryMs)),
    onFork(duck, (own) => keepScrubbing({ ...options, duck: own, fence, signal }, options.scrub)),
  ]
  try {
    await removeOrphans(pool, dir, { fence, log: await streamState(options.nats) })
    await new ArchiveRun(options, duck, lease, signal).run()
  } finally {
    ended.abort()
    clearInterval(heartbeat)
    await Promise.all(beside)
    duck.close()
    await releaseLease(pool, lease).catch(() => undefined)
  }
}

async function onFork(duck: Duck, work: (own: Duck) => Promise<void>): Promise<void> {
  const own = await duck.fork()
  try {
    await work(own)
  } finally {
    own.close()
  }
}

async function keepCompacting(
  options: CompactionOptions,
  signal: AbortSignal,
  everyMs = 15_000,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(everyMs, signal)
    await compactAll(options, signal).catch((error: unknown) => {
      log().warn({ err: error }, 'merging segments failed; it is tried again')
    })
  }
}

async function compactAll(options: CompactionOptions, signal: AbortSignal): Promise<void> {
  for (const type of await selectTypes(options.pool)) {
    let merged = true
    while (merged && !signal.aborted) merged = await compactType(options, type)
  }
  if (!signal.aborted) await removeReplaced(options.pool, options.dir)
}

/** Reads the log behind the committed position and turns it into segments, one flush after the other. */
class ArchiveRun {
  readonly #options: ArchiverOptions
  readonly #duck: Duck
  readonly #fence: number
  readonly #signal: AbortSignal
  #committed: number
  /** Last message that was decoded. */
  #read: number
  #wantedSeq = 0
  #firstUnflushedAt: number | null = null
  #builders = new Map<string, SegmentBuilder>()
  #dead: DeadEvent[] = []
  #events = 0
  #buffer: LogMessage[] = []
  #buffered = 0
  #failure: unknown = null
  #wake: () => void = () => undefined

  constructor(options: ArchiverOptions, duck: Duck, lease: Lease, signal: AbortSignal) {
    this.#options = options
    this.#duck = duck
    this.#fence = lease.fence
    this.#signal = signal
    this.#committed = lease.seq
    this.#read = lease.seq
  }

  async run(): Promise<void> {
    const { nats } = this.#options
    const pull = this.#open()
    const requests = nats.nc.subscribe(flushSubject, {
      callback: (error, message) => {
        if (error) return
        this.#wantedSeq = Math.max(this.#wantedSeq, readFlushRequest(message.data))
        this.#wake()
      },
    })
    const wake = () => {
      this.#wake()
    }
    this.#signal.addEventListener('abort', wake)
    try {
      this.#report()
      while (!this.#signal.aborted && this.#failure === null) {
        await this.#decodeBuffered(pull)
        if (this.#flushDue()) await this.#flush()
        else await this.#sleep()
      }
      // What is decoded is committed on a clean stop; a failure or a lost lease forgets it.
      if (this.#failure !== null) throw this.#failure as Error
      if (this.#read > this.#committed) await this.#flush()
    } finally {
      this.#signal.removeEventListener('abort', wake)
      if (!nats.nc.isClosed()) requests.unsubscribe()
      await pull.close()
    }
  }

  #open(): OrderedPull {
    const pull: OrderedPull = openOrderedPull({
      nats: this.#options.nats,
      stream: eventsStream,
      filter: null,
      fromSeq: this.#committed,
      beforeStart: (afterSeq) => this.#checkStart(afterSeq),
      onFatal: (error) => {
        this.#failure = error
        this.#wake()
      },
      onMessage: (message, delivery) => {
        this.#buffer.push({
          subject: Buffer.from(message.subject).toString(),
          header: message.header && new MessageHeader(message.header),
          data: message.data,
          seq: delivery.streamSeq,
          logTime: delivery.time,
        })
        this.#buffered += message.data.length + 200
        if (this.#buffered > maxBufferedBytes) pull.pause()
        this.#wake()
      },
    })
    return pull
  }

  /** What the log lost before it was archived is a hole, and said; it is not waited for. */
  async #checkStart(afterSeq: number): Promise<void> {
    const { firstSeq } = await streamState(this.#options.nats)
    if (firstSeq > afterSeq + 1) await this.#noteHole(afterSeq + 1, firstSeq - 1)
  }

  async #noteHole(seqFrom: number, seqTo: number): Promise<void> {
    const { firstSeq } = await streamState(this.#options.nats)
    // In the midst of what it keeps: a damaged message, which the server leaves out without a word. Speed reads its
    // partitions alone and sees no gap; whether it had the message before nobody knows.
    const isDamaged = firstSeq < seqFrom
    log().error({ seqFrom, seqTo, isDamaged }, 'the log lost messages before they were archived')
    const reason = isDamaged
      ? `The log's file of messages ${seqFrom} to ${seqTo} is damaged; they were to be archived.`
      : `The log no longer held messages ${seqFrom} to ${seqTo} when they were to be archived.`
    const layers = isDamaged ? (['archive', 'speed'] as const) : (['archive'] as const)
    await insertHole(this.#options.pool, { seqFrom, seqTo, layers, reason })
  }

  async #decodeBuffered(pull: OrderedPull): Promise<void> {
    if (this.#buffer.length === 0) return
    const { schemas } = this.#options
    const messages = this.#buffer
    this.#buffer = []
    this.#buffered = 0
    if (messages.some(needsCheck)) await schemas.sync()
    for (const [i, message] of messages.entries()) {
      if (message.seq > this.#read + 1 && this.#read > 0)
        await this.#noteHole(this.#read + 1, message.seq - 1)
      this.#decode(message)
      // A flush in between keeps memory flat, and the event loop gets a turn for heartbeats.
      if (this.#full()) await this.#flush()
      else if (i % 512 === 511) await new Promise((resolve) => setImmediate(resolve))
      if (this.#signal.aborted) break
    }
    pull.resume()
  }

  #decode(message: LogMessage): void {
    this.#firstUnflushedAt ??= performance.now()
    this.#read = message.seq
    if (message.subject === fillerSubject) return
    const subject = parseSubject(message.subject, this.#options.partitions)
    if (!subject) {
      this.#dead.push(unreadableSubject(message))
      return
    }
    for (const result of decodeMessage(message, subject.type, this.#options.schemas)) {
      if ('rejection' in result) {
        this.#dead.push(result)
        continue
      }
      let builder = this.#builders.get(subject.type)
      if (!builder) this.#builders.set(subject.type, (builder = new SegmentBuilder()))
      builder.add(result, message.seq, subject.partition, message.logTime)
      this.#events++
    }
  }

  #full(): boolean {
    const { maxFlushEvents = 200_000, maxFlushBytes = 128 * 1024 ** 2 } = this.#options
    if (this.#events + this.#dead.length >= maxFlushEvents) return true
    let bytes = 0
    for (const builder of this.#builders.values()) bytes += builder.bytes
    return bytes >= maxFlushBytes
  }

  #flushDue(): boolean {
    if (this.#read === this.#committed) return false
    if (this.#full() || (this.#wantedSeq > this.#committed && this.#read >= this.#wantedSeq)) return true
    const waited = performance.now() - (this.#firstUnflushedAt ?? 0)
    return this.#firstUnflushedAt !== null && waited >= (this.#options.flushMs ?? 2_000)
  }

  async #flush(): Promise<void> {
    const toSeq = this.#read
    const segments: NewSegment[] = []
    // A mount that went away leaves an empty folder, where the others would not see what is written.
    await checkArchive(this.#options)
    for (const [type, builder] of this.#builders) segments.push(await this.#write(type, builder, toSeq))
    const held = await commitFlush(this.#options.pool, {
      fence: this.#fence,
      fromSeq: this.#committed,
      toSeq,
      segments,
      dead: this.#dead,
    })
    if (!held) throw new Error('another archiver holds the lease')
    crashPoint('log.manifest.after')
    for (const { type, rows, bytes } of segments) this.#options.onArchived?.(type, { events: rows, bytes })
    this.#committed = toSeq
    this.#builders = new Map()
    this.#dead = []
    this.#events = 0
    this.#firstUnflushedAt = null
    this.#report()
  }

  async #write(type: string, builder: SegmentBuilder, seqTo: number): Promise<NewSegment> {
    const seqFrom = this.#committed + 1
    const file = path.join(type, `${seqFrom}-${seqTo}-${this.#fence}.parquet`)
    const written = await writeSegment(this.#duck, this.#options.dir, file, builder)
    const { rows, minTime, maxTime } = builder
    return { type, ...written, seqFrom, seqTo, rows, minTime, maxTime, columns: builder.manifest() }
  }

  #report(): void {
    this.#options.onStatus?.({ state: 'archiving', seq: this.#committed })
  }

  /** Until a message, a request or the timer. */
  #sleep(): Promise<void> {
    if (this.#buffer.length > 0 || this.#signal.aborted || this.#failure !== null) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#wake = () => undefined
        resolve()
      }
      const timer = setTimeout(done, 100)
      this.#wake = done
    })
  }
}
