import { DeliverPolicy } from '@nats-io/jetstream'
import { newHeaders, type Nats } from '../clients'
import { AppError } from '../platform'
import { eventsStream, quarantineStream, streamState } from './stream'

/** A message as it is stored, to be kept elsewhere and put back under the same sequence. */
export interface RawMessage {
  seq: number
  subject: string
  headers: [name: string, value: string][]
  data: Uint8Array
  /** Log time, epoch ms. */
  at: number
}

const pullBytes = 4 * 1024 ** 2
const silenceMs = 30_000

/** The messages of a stream behind a sequence up to another, in order, as far as the stream still holds them. */
export async function* readRaw(
  { js }: Nats,
  stream: string,
  { afterSeq, toSeq }: { afterSeq: number; toSeq: number },
): AsyncGenerator<RawMessage> {
  if (toSeq <= afterSeq) return
  const consumer = await js.consumers.get(stream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: afterSeq + 1,
  })
  const messages = await consumer.consume({ max_bytes: pullBytes })
  const silence = setTimeout(() => void messages.close(), silenceMs)
  let last = afterSeq
  try {
    for await (const message of messages) {
      silence.refresh()
      if (message.seq > toSeq) return
      last = message.seq
      const headers = message.headers ? [...message.headers].flatMap(pairs) : []
      const at = Date.parse(message.time.toISOString())
      yield { seq: message.seq, subject: message.subject, headers, data: message.data, at }
      // What follows may have been deleted: nothing more would come.
      if (message.seq === toSeq || message.info.pending === 0) return
    }
  } finally {
    clearTimeout(silence)
    await messages.close()
    await consumer.delete().catch(() => false)
  }
  throw new AppError(
    'unavailable',
    `Reading the stream ${stream} failed: nothing came behind message ${last} for ${silenceMs / 1000} s. Check nats-server, then try again.`,
  )
}

const pairs = ([name, values]: [string, string[]]) => values.map((value): [string, string] => [name, value])

/**
 * Stands in the log for a message that was lost, so that no sequence is given twice: an event that took a lost one's
 * would count as read already.
 */
export const fillerSubject = 'events.parallax-lost'
const fillers = { [eventsStream]: fillerSubject, [quarantineStream]: 'quarantine.parallax-lost' }

/** More than this is not filled up one by one: the log is another one, or lost in whole. */
export const maxFillers = 2_000_000
const inFlight = 256

export interface Brought {
  /** Put back with what they held. */
  restored: number
  /** Lost: only their sequences are taken. */
  filled: number
}

/**
 * Appends to the log until it ends at `toSeq`: what the tail has under its own sequence, a filler for what it has not.
 * Each message is taken only behind the one before it, so nobody else's can come between.
 */
export async function bringLogTo(
  nats: Nats,
  toSeq: number,
  tail: AsyncIterable<RawMessage> | Iterable<RawMessage> = [],
  stream: keyof typeof fillers = eventsStream,
): Promise<Brought> {
  const { lastSeq } = await streamState(nats, stream)
  const brought: Brought = { restored: 0, filled: 0 }
  let next = lastSeq + 1
  let waiting: Promise<unknown>[] = []
  const send = async (subject: string, message: Pick<RawMessage, 'headers' | 'data'>) => {
    const headers = newHeaders()
    for (const [name, value] of message.headers) if (!/^nats-/i.test(name)) headers.append(name, value)
    waiting.push(
      nats.js.publish(subject, message.data, {
        headers,
        expect: { lastSequence: next - 1 },
        timeout: 30_000,
      }),
    )
    next++
    if (waiting.length >= inFlight) await settle()
  }
  const settle = async () => {
    const failed = (await Promise.allSettled(waiting)).find((ack) => ack.status === 'rejected')
    waiting = []
    if (failed) throw interrupted(failed.reason)
  }
  const fillUpTo = async (seq: number) => {
    if (seq - next > maxFillers) throw tooFar(next, seq)
    while (next < seq) {
      await send(fillers[stream], nothing)
      brought.filled++
    }
  }
  for await (const message of tail) {
    if (message.seq < next || message.seq > toSeq) continue
    await fillUpTo(message.seq)
    await send(message.subject, message)
    brought.restored++
  }
  await fillUpTo(toSeq + 1)
  await settle()
  return brought
}

const nothing = { headers: [], data: new Uint8Array() }

const tooFar = (next: number, seq: number) =>
  new AppError(
    'conflict',
    `Bringing the log in step failed: it ends at ${next - 1} and must go on at ${seq}, more than ${maxFillers} messages on. Restore a newer copy of the log, or give Parallax an empty nats-server 2.10 or newer, which starts where it is told.`,
  )

const interrupted = (cause: unknown) =>
  new AppError(
    'conflict',
    `Bringing the log in step failed: ${cause instanceof Error ? cause.message : String(cause)}. If producers publish to NATS directly, stop them; then try again: what is there already is kept.`,
    { cause },
  )

/** Whether the log's stream is there. */
export const hasLog = ({ jsm }: Nats): Promise<boolean> =>
  jsm.streams.info(eventsStream).then(
    () => true,
    (error: unknown) => {
      if ((error as { code?: unknown }).code === streamNotFound) return false
      throw error
    },
  )

const streamNotFound = 10059
