import { partitionOf } from '../server/pipeline'
import { systemClock } from '../server/platform'
import { createInbox, newHeaders } from '../server/clients'
import {
  encodeFrame,
  openAppender,
  openGateway,
  openSchemaRegistry,
  subjectOf,
  type Frame,
  type LogEvent,
} from '../server/log'
import { benchEvent, benchType, structuredText } from './bench-events'
import { openBenchServices, partitions } from './bench-services'
import { figureOfRates, pairsOf, type BenchOptions, type Figure } from './figure'

const events = 400_000
const perFrame = 50
/** Events of one request, and requests under way: a handful of busy producers. */
const perRequest = 500
const requestsAtOnce = 8
/** Frames published and not acknowledged, for both sides. */
const framesAhead = 256

/** Acknowledged events/s through the gateway: bodies of single events parsed, checked, framed and stored. */
export const ingestHttp = (options: BenchOptions) => measure('ingest.http', options)

/** Acknowledged events/s through the appender: checked events framed and stored. */
export const ingestFrames = (options: BenchOptions) => measure('ingest.frames', options)

type Services = Awaited<ReturnType<typeof openBenchServices>>

async function measure(name: string, { reps, scale, log }: BenchOptions): Promise<Figure> {
  const count = Math.max(perRequest, Math.round((events * scale) / perRequest) * perRequest)
  const services = await openBenchServices()
  const registry = await openSchemaRegistry(services)
  try {
    const run = name === 'ingest.http' ? throughGateway : throughAppender
    // Every round has events of its own.
    const pairs = await pairsOf(reps, async (rep) => {
      const list = Array.from({ length: count }, (_, i) => ({ ...benchEvent(i), id: `${rep}-${i}` }))
      const limit = count / (await publishRaw(services, framesOf(list)))
      const own = count / (await run(services, registry, list, `g${rep}`))
      log(
        `${name} ${rep === 0 ? 'warm-up' : `rep ${rep}`}: ${Math.round(own)} of ${Math.round(limit)} events/s`,
      )
      return { own, limit }
    })
    return figureOfRates({ name, unit: 'events/s', n: count }, pairs)
  } finally {
    registry.close()
    await services.stop()
  }
}

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000

function framesOf(list: readonly LogEvent[]): { subject: string; frame: Frame }[] {
  const open = Array.from({ length: partitions }, (): LogEvent[] => [])
  const frames: { subject: string; frame: Frame }[] = []
  const close = (partition: number) => {
    const group = open[partition] ?? []
    if (group.length === 0) return
    const subject = subjectOf(benchType, partition)
    frames.push({ subject, frame: encodeFrame(group, `raw-${group[0]?.id ?? ''}`) })
    open[partition] = []
  }
  for (const event of list) {
    const partition = partitionOf(event.source, event.id, partitions)
    const group = open[partition]
    group?.push(event)
    if (group?.length === perFrame) close(partition)
  }
  for (let partition = 0; partition < partitions; partition++) close(partition)
  return frames
}

/** The limit: frames made beforehand, published with one reply inbox and counted as they are acknowledged. */
async function publishRaw(
  { nats: { nc } }: Services,
  frames: readonly { subject: string; frame: Frame }[],
): Promise<number> {
  const messages = frames.map(({ subject, frame }) => {
    const headers = newHeaders()
    for (const [name, value] of frame.headers) headers.set(name, value)
    return { subject, headers, body: frame.body }
  })
  const inbox = createInbox()
  const startedAt = performance.now()
  await new Promise<void>((resolve) => {
    let next = 0
    let acknowledged = 0
    const send = () => {
      while (next < messages.length && next - acknowledged < framesAhead) {
        const { subject, headers, body } = messages[next++] as (typeof messages)[number]
        nc.publish(subject, body, { headers, reply: inbox })
      }
    }
    const subscription = nc.subscribe(inbox, {
      callback: () => {
        acknowledged++
        send()
        if (acknowledged < messages.length) return
        subscription.unsubscribe()
        resolve()
      },
    })
    send()
  })
  return secondsSince(startedAt)
}

async function throughAppender({ nats }: Services, _registry: unknown, list: readonly LogEvent[]) {
  const appender = openAppender(nats, { partitions, maxFrameEvents: perFrame })
  const startedAt = performance.now()
  await inTurns(list, (part) => appender.append(part))
  const seconds = secondsSince(startedAt)
  await appender.close()
  return seconds
}

async function throughGateway(
  { nats }: Services,
  registry: Awaited<ReturnType<typeof openSchemaRegistry>>,
  list: readonly LogEvent[],
  source: string,
): Promise<number> {
  const appender = openAppender(nats, { partitions, maxFrameEvents: perFrame })
  const gateway = openGateway({ appender, registry, clock: systemClock })
  const bodies = new Map<number, Buffer>()
  for (let at = 0; at < list.length; at += perRequest) {
    const lines = list.slice(at, at + perRequest).map((event) => structuredText({ ...event, source }))
    bodies.set(at, Buffer.from(lines.join('\n')))
  }
  const startedAt = performance.now()
  await inTurns(list, async (_part, at) => {
    const body = bodies.get(at) ?? Buffer.alloc(0)
    const { rejected } = await gateway.ingest('application/x-ndjson', {}, body)
    if (rejected.length > 0) throw new Error(`the gateway refused an event: ${rejected[0]?.message ?? ''}`)
  })
  const seconds = secondsSince(startedAt)
  await appender.close()
  return seconds
}

async function inTurns(
  list: readonly LogEvent[],
  send: (part: readonly LogEvent[], at: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const producer = async () => {
    while (next < list.length) {
      const at = next
      next += perRequest
      await send(list.slice(at, at + perRequest), at)
    }
  }
  await Promise.all(Array.from({ length: requestsAtOnce }, producer))
}
