import type { Nats } from '../clients'
import { partitionOf } from '../pipeline'
import { AppError, newId } from '../platform'
import { AckedPublisher, type PublisherOptions } from './acked-publisher'
import { encodeFrame, type Frame } from './frame'
import type { LogEvent } from './log-event'
import { subjectOf } from './subject'

export interface AppenderOptions extends Partial<PublisherOptions> {
  partitions: number
  /** A frame leaves when it has this many events … */
  maxFrameEvents?: number
  /** … or when its first event has waited this long. */
  lingerMs?: number
  /** A larger body is split. */
  maxFrameBytes?: number
  /** Events accepted but not yet in the log; beyond it append refuses at once. */
  maxQueuedEvents?: number
}

export interface Appender {
  /** Resolves once the log has all the events, synced where the server does so. */
  append(events: readonly LogEvent[]): Promise<void>
  /** Events not yet acknowledged. */
  queued(): number
  /** Waits for what is queued. */
  close(): Promise<void>
}

interface Group {
  events: LogEvent[]
  sent: PromiseWithResolvers<void>
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>
  resolve: (value: T | PromiseLike<T>) => void
}

/** Groups events into frames by type and partition, across callers, and publishes the frames. */
export function openAppender(nats: Nats, options: AppenderOptions): Appender {
  const { partitions, maxFrameEvents = 500, lingerMs = 2, maxFrameBytes = 512 * 1024 } = options
  const maxQueuedEvents = options.maxQueuedEvents ?? 200_000
  const publisher = new AckedPublisher(nats, options)
  const groups = new Map<string, Group>()
  const inFlight = new Set<Promise<void>>()
  let queued = 0
  let timer: NodeJS.Timeout | undefined

  const send = (subject: string, group: Group) => {
    groups.delete(subject)
    const count = group.events.length
    const frames = framesOf(group.events, maxFrameBytes)
    const done = settled(frames.map((frame) => publisher.publish(subject, frame))).finally(() => {
      queued -= count
      inFlight.delete(done)
    })
    inFlight.add(done)
    group.sent.resolve(done)
  }
  const flush = () => {
    timer = undefined
    for (const [subject, group] of groups) send(subject, group)
  }

  return {
    async append(events) {
      if (queued + events.length > maxQueuedEvents && queued > 0) throw busy(queued)
      queued += events.length
      const waits = new Set<Promise<void>>()
      for (const event of events) {
        const subject = subjectOf(event.type, partitionOf(event.source, event.id, partitions))
        let group = groups.get(subject)
        if (!group) groups.set(subject, (group = { events: [], sent: withResolvers() }))
        waits.add(group.sent.promise)
        if (group.events.push(event) >= maxFrameEvents) send(subject, group)
      }
      if (groups.size > 0) timer ??= setTimeout(flush, lingerMs)
      await settled([...waits])
    },
    queued: () => queued,
    async close() {
      clearTimeout(timer)
      flush()
      await Promise.allSettled(inFlight)
    },
  }
}

/** Waits for all, so that no attempt is still under way when the first failure is reported. */
async function settled(promises: Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') throw result.reason
  }
}

/** Frames of one type and partition, none larger than `maxBytes` unless one event alone is. */
export function framesOf(events: readonly LogEvent[], maxBytes: number): Frame[] {
  const frame = encodeFrame(events, newId())
  if (frame.body.length <= maxBytes || events.length === 1) return [frame]
  const half = Math.ceil(events.length / 2)
  return [...framesOf(events.slice(0, half), maxBytes), ...framesOf(events.slice(half), maxBytes)]
}

function withResolvers(): PromiseWithResolvers<void> {
  let resolve!: PromiseWithResolvers<void>['resolve']
  const promise = new Promise<void>((done) => (resolve = done))
  // Who waits handles the failure; a group all of whose callers are gone must not end the process.
  promise.catch(() => undefined)
  return { promise, resolve }
}

const busy = (queued: number) =>
  new AppError(
    'too_many_requests',
    `Appending was refused: ${queued} events wait for the log already. Send again in a second, or more slowly.`,
    { retryAfterS: 1 },
  )
