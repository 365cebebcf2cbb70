import { AckPolicy, DeliverPolicy, type ConsumerConfig } from '@nats-io/jetstream'
import type { Subscription } from '@nats-io/transport-node'
import { createInbox, nanos, type Nats } from '../clients'
import { AppError, backoffMs, logger, newId, sleep } from '../platform'
import { endDirect, readDirectly } from './direct-intake'
import {
  deliveryStart,
  placeOf,
  readDeliveryAt,
  WireMessage,
  noPlace,
  type Delivery,
  type WirePlace,
} from './wire-message'

export interface OrderedPullOptions {
  nats: Nats
  stream: string
  /** Null: the whole stream. */
  filter: string | null
  fromSeq: number
  /** Both are the same objects every time: what is to be kept of them is read during the call. */
  onMessage: (message: WireMessage, delivery: Delivery) => void
  /** Called whenever reading starts again behind a sequence, before any message from there. A conflict is final. */
  beforeStart?: (afterSeq: number) => Promise<void>
  onFatal: (error: unknown) => void
}

export interface OrderedPull {
  /** Requests already made still deliver, at most `2 × pullBytes`. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

/** Two requests of this size are under way: a pull above 64 MB would trip the server's slow-consumer limit. */
const pullBytes = 4 * 1024 ** 2
const pullMessages = 50_000
const heartbeatMs = 5_000
const expiresMs = 30_000
const tickMs = 250
const inactiveThresholdMs = 60_000

const dot = 46
const dollar = 36

/**
 * Reads a stream in order from a position of the caller's, by pull requests on a consumer without acks. The order
 * is checked by the consumer's own sequence: on a gap, a reconnect, silence or a lost consumer a new one is made
 * behind the last message that was handed over, so nothing is skipped and nothing comes twice.
 */
export function openOrderedPull(options: OrderedPullOptions): OrderedPull {
  const { nats, stream, filter } = options
  const log = logger('log')
  const closing = new AbortController()
  const isClosed = () => closing.signal.aborted
  let lastSeq = options.fromSeq
  let session: Session | null = null
  let paused = false
  let restarting: Promise<void> | null = null

  const restart = (why: string) => {
    if (isClosed()) return
    session?.close()
    session = null
    restarting ??= connect(why).finally(() => {
      restarting = null
    })
  }

  async function connect(why: string): Promise<void> {
    for (let attempt = 1; !isClosed(); attempt++) {
      try {
        await options.beforeStart?.(lastSeq)
        const opened = await openSession({
          nats,
          stream,
          filter,
          afterSeq: lastSeq,
          isPaused: () => paused,
          onMessage(message, delivery) {
            lastSeq = delivery.streamSeq
            options.onMessage(message, delivery)
          },
          onBroken: restart,
        })
        if (isClosed()) opened.close()
        else session = opened
        return
      } catch (error) {
        if (error instanceof AppError && error.code === 'conflict') {
          closing.abort()
          options.onFatal(error)
          return
        }
        if (attempt === 1 || attempt % 10 === 0) log.warn({ err: error, why }, 'cannot read the log yet')
        await sleep(backoffMs({ baseMs: 100, maxMs: 3_000 }, attempt), closing.signal)
      }
    }
  }

  restart('start')
  return {
    pause() {
      paused = true
    },
    resume() {
      paused = false
      session?.pull()
    },
    async close() {
      closing.abort()
      session?.close()
      session = null
      await restarting
    },
  }
}

interface SessionOptions {
  nats: Nats
  stream: string
  filter: string | null
  afterSeq: number
  isPaused: () => boolean
  onMessage: OrderedPullOptions['onMessage']
  onBroken: (why: string) => void
}

interface Session {
  /** Asks for more where no request is under way. */
  pull(): void
  close(): void
}

/** One request slot: its own inbox tells which request a message or status belongs to. */
interface Slot {
  inbox: string
  bytes: number
  active: boolean
  received: number
  subscription?: Subscription
}

async function openSession(options: SessionOptions): Promise<Session> {
  const { nats, stream, afterSeq } = options
  // Short, because every message carries it and the client reads its head byte by byte.
  const name = `r${newId().replaceAll('-', '').slice(0, 11)}`
  await nats.jsm.consumers.add(stream, consumerConfig(name, options.filter, afterSeq))
  const connection = connectionOf(nats)
  const requestSubject = `${nats.jsm.getOptions().apiPrefix ?? '$JS.API'}.CONSUMER.MSG.NEXT.${stream}.${name}`
  let open = true
  let consumerSeq = 0
  let isActive = true
  let lastActiveAt = performance.now()

  // Halves first, so that the two slots never run out at the same moment.
  const slots: Slot[] = [pullBytes, pullBytes / 2].map((bytes) => ({
    inbox: createInbox(),
    bytes,
    active: false,
    received: 0,
  }))

  const request = (slot: Slot) => {
    slot.active = true
    slot.received = 0
    const body = {
      batch: pullMessages,
      max_bytes: slot.bytes,
      expires: nanos(expiresMs),
      idle_heartbeat: nanos(heartbeatMs),
    }
    slot.bytes = pullBytes
    nats.nc.publish(requestSubject, JSON.stringify(body), { reply: slot.inbox })
  }
  const pull = () => {
    if (!open || options.isPaused() || nats.nc.isClosed()) return
    for (const slot of slots) if (!slot.active) request(slot)
  }
  const close = () => {
    if (!open) return
    open = false
    clearInterval(timer)
    if (nats.nc.isClosed()) return
    for (const { subscription } of slots) {
      if (subscription === undefined) continue
      endDirect(nats, subscription)
      subscription.unsubscribe()
    }
    nats.jsm.consumers.delete(stream, name).catch(() => undefined)
  }
  const broken = (why: string) => {
    if (!open) return
    close()
    options.onBroken(why)
  }

  const message = new WireMessage(noPlace())
  const delivery: Delivery = { streamSeq: 0, consumerSeq: 0, time: 0, pending: 0 }
  // Found once: the subject's head is the same for every message of the consumer.
  let start = -1
  const isDelivery = ({ bytes, reply, replyEnd }: WirePlace): boolean => {
    if (start < 0 || bytes[reply + start - 1] !== dot || bytes[reply] !== dollar)
      start = deliveryStart(bytes, reply, replyEnd) - reply
    if (start < 0) return false
    readDeliveryAt(bytes, reply + start, replyEnd, delivery)
    return true
  }

  const onMessage = (slot: Slot, place: WirePlace) => {
    if (!open) return
    isActive = true
    message.place = place
    if (!isDelivery(place)) {
      const status = statusOf(message)
      if (status === 'heartbeat') return
      if (status === 'lost') {
        broken('the consumer is gone')
        return
      }
      // A request that ended on its size before the first message: that message needs a larger one.
      if (status === 'too large' && slot.received === 0) slot.bytes = Math.min(slot.bytes * 4, 60 * 1024 ** 2)
      slot.active = false
      pull()
      return
    }
    if (delivery.consumerSeq !== consumerSeq + 1) {
      broken(`expected delivery ${consumerSeq + 1}, got ${delivery.consumerSeq}`)
      return
    }
    consumerSeq++
    if (++slot.received === pullMessages) {
      slot.active = false
      pull()
    }
    options.onMessage(message, delivery)
  }
  for (const slot of slots) {
    slot.subscription = nats.nc.subscribe(slot.inbox, {
      callback(error, message) {
        if (error) broken(error.message)
        else onMessage(slot, placeOf(message))
      },
    })
    readDirectly(nats, slot.subscription, (place) => {
      onMessage(slot, place)
    })
  }
  const timer = setInterval(() => {
    // A flag, because the hot path would pay for reading the clock with every message.
    if (isActive) lastActiveAt = performance.now()
    isActive = false
    const silentMs = performance.now() - lastActiveAt
    const waiting = slots.some((slot) => slot.active)
    if (connectionOf(nats) !== connection) broken('reconnected')
    else if (waiting && silentMs > 3 * heartbeatMs) broken('no heartbeat')
    // A consumer nobody asks anything is forgotten by the server: start anew when reading goes on.
    else if (!waiting && silentMs > inactiveThresholdMs / 2 && !options.isPaused())
      broken('idle for too long')
  }, tickMs)
  pull()
  return { pull, close }
}

function consumerConfig(name: string, filter: string | null, afterSeq: number): Partial<ConsumerConfig> {
  return {
    name,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: afterSeq + 1,
    inactive_threshold: nanos(inactiveThresholdMs),
    mem_storage: true,
    num_replicas: 1,
    ...(filter === null ? {} : { filter_subject: filter }),
  }
}

/** Changes with every reconnect. */
const connectionOf = ({ nc }: Nats) => `${nc.info?.server_id ?? ''}/${nc.info?.client_id ?? ''}`

function statusOf(message: WireMessage): 'heartbeat' | 'ended' | 'too large' | 'lost' {
  const line = message.header
    ? (Buffer.from(message.header).toString('latin1').split('\r\n', 1)[0] ?? '')
    : ''
  const code = Number(line.slice(9, 12))
  if (code === 100) return 'heartbeat'
  if (code === 404 || code === 408) return 'ended'
  if (/Exceeds MaxBytes/i.test(line)) return 'too large'
  return /Batch Completed|Exceeded Max/i.test(line) ? 'ended' : 'lost'
}
