import type { Nats } from '../clients'
import { REDRIVE_ATTRIBUTE } from '../pipeline'
import { AckedPublisher } from './acked-publisher'
import { encodeFrame } from './frame'
import type { LogEvent } from './log-event'
import { decodeMessage } from './message'
import { MessageHeader } from './message-header'
import { quarantineHeader } from './quarantine'
import { quarantineStream } from './stream'
import { subjectOf } from './subject'

export interface Redriven {
  /** Position in the quarantine stream: everything kept up to here is in the log. */
  seq: number
  events: number
  bytes: number
  done: boolean
}

interface KeptMessage {
  seq: number
  subject: string
  header: MessageHeader
  data: Buffer
  logTime: number
}

/**
 * Appends up to `messages` further messages that one quarantine kept to the log, and answers how far it came. Sent
 * again after a crash, they carry the same message ids and the same identities, so nothing is counted twice.
 */
export async function redriveKept(
  nats: Nats,
  kept: { id: number; type: string; afterSeq: number; messages: number },
): Promise<Redriven> {
  const publisher = publisherOf(nats)
  const sent: Promise<void>[] = []
  const result: Redriven = { seq: kept.afterSeq, events: 0, bytes: 0, done: false }
  while (sent.length < kept.messages) {
    const message = await nextKept(nats, result.seq, `quarantine.${kept.type}.*`)
    result.done = message === null
    if (message === null) break
    result.seq = message.seq
    if (message.header.get(quarantineHeader) !== String(kept.id)) continue
    const events = eventsOf(message, kept.type)
    const partition = Number(message.subject.slice(message.subject.lastIndexOf('.') + 1))
    const frame = encodeFrame(events, `redrive-${kept.id}-${message.seq}`)
    sent.push(publisher.publish(subjectOf(kept.type, partition), frame))
    result.events += events.length
    result.bytes += frame.body.length
  }
  for (const outcome of await Promise.allSettled(sent))
    if (outcome.status === 'rejected') throw outcome.reason
  return result
}

const publishers = new WeakMap<Nats, AckedPublisher>()

/** One reply inbox for a connection, however often something is put back. */
function publisherOf(nats: Nats): AckedPublisher {
  const publisher = publishers.get(nats) ?? new AckedPublisher(nats)
  publishers.set(nats, publisher)
  return publisher
}

async function nextKept({ nc }: Nats, afterSeq: number, subject: string): Promise<KeptMessage | null> {
  const reply = await nc.request(
    `$JS.API.STREAM.MSG.GET.${quarantineStream}`,
    JSON.stringify({ seq: afterSeq + 1, next_by_subj: subject }),
    { timeout: 5_000 },
  )
  const { message, error } = reply.json<{
    message?: { seq: number; subject: string; hdrs?: string; data?: string; time: string }
    error?: { code: number; description: string }
  }>()
  if (message === undefined) {
    if (error !== undefined && error.code !== 404)
      throw new Error(`reading the quarantine stream failed: ${error.description}`)
    return null
  }
  return {
    seq: message.seq,
    subject: message.subject,
    header: new MessageHeader(Buffer.from(message.hdrs ?? '', 'base64')),
    data: Buffer.from(message.data ?? '', 'base64'),
    logTime: Date.parse(message.time),
  }
}

function eventsOf(message: KeptMessage, type: string): LogEvent[] {
  const events: LogEvent[] = []
  for (const event of decodeMessage(message, type, null)) {
    if ('rejection' in event)
      throw new Error(`message ${message.seq} in quarantine cannot be read: ${event.rejection.message}`)
    const { source, id, timeMs, attrs, data } = event
    events.push({ type, source, id, timeMs, attrs: { ...attrs, [REDRIVE_ATTRIBUTE]: 'hole' }, data })
  }
  return events
}
