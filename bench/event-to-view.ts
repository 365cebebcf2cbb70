import type { TestServices } from '../server/clients/testing'
import { streamState, subjectOf } from '../server/log'
import { partitionOf } from '../server/pipeline'
import { sleep } from '../server/platform'
import { runSpeedWorker, type CellsMessage } from '../server/speed'
import { benchEvent, benchType, structuredText } from './bench-events'
import { addPipeline, openBenchServices, partitions } from './bench-services'
import { percentile, rounded, type BenchOptions, type Figure } from './figure'

const tickMs = 5
const warmUpS = 3
const measuredS = 10
const floorCommits = 300

interface Sent {
  at: number
  partition: number
  seq: number
}

/**
 * Milliseconds from publishing an event to its committed cell, at a steady rate; the commit is seen through the
 * message that tells viewers. The limit is one publish and one one-row commit, one after the other.
 */
export const eventToView =
  (eventsPerSecond: number) =>
  (options: BenchOptions): Promise<Figure> =>
    measure(eventsPerSecond, options)

async function measure(eventsPerSecond: number, { scale, log }: BenchOptions): Promise<Figure> {
  const name = `event_to_view.${eventsPerSecond / 1_000}k`
  const services = await openBenchServices()
  try {
    const computeId = await addPipeline(services, 'bench-view')
    const floor = await floorMs(services)
    const committed: { at: number; positions: CellsMessage['positions'] }[] = []
    const subscription = services.nats.nc.subscribe('views.bench-view', {
      callback: (error, message) => {
        if (error !== null) return
        const view = message.json<CellsMessage>()
        if (view.computeId === computeId) committed.push({ at: performance.now(), positions: view.positions })
      },
    })
    const stop = await runSpeedWorker({ pool: services.pool, nats: services.nats, schemas: null })
    const seconds = warmUpS + measuredS * scale
    const sent = await publishSteadily(services, seconds, eventsPerSecond)
    await sleep(1_000)
    await stop()
    subscription.unsubscribe()
    const latencies = latenciesOf(sent, committed, warmUpS * 1_000)
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => rounded(percentile(latencies, q), 3))
    const limit = percentile(floor, 0.95)
    log(`${name}: ${latencies.length} of ${sent.length} events measured, floor p95 ${rounded(limit, 3)} ms`)
    return {
      name,
      value: p95 ?? NaN,
      unit: 'ms p95',
      limit: rounded(limit, 3),
      ratio: rounded(limit / (p95 ?? NaN), 3),
      p50: p50 ?? NaN,
      p95: p95 ?? NaN,
      p99: p99 ?? NaN,
      n: latencies.length,
    }
  } finally {
    await services.stop()
  }
}

/** One connection publishes alone, so the log numbers the messages in the order they are sent. */
async function publishSteadily(
  { nats }: TestServices,
  seconds: number,
  eventsPerSecond: number,
): Promise<Sent[]> {
  const sent: Sent[] = []
  const { lastSeq } = await streamState(nats)
  const startedAt = performance.now()
  const total = Math.round(seconds * eventsPerSecond)
  while (sent.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * eventsPerSecond))
    while (sent.length < due) {
      const event = { ...benchEvent(sent.length), timeMs: Date.now() }
      const partition = partitionOf(event.source, event.id, partitions)
      nats.nc.publish(subjectOf(benchType, partition), structuredText(event))
      sent.push({ at: performance.now(), partition, seq: lastSeq + sent.length + 1 })
    }
    await sleep(tickMs)
  }
  await sleep(500)
  const stored = (await streamState(nats)).lastSeq - lastSeq
  if (stored !== total) throw new Error(`the log has ${stored} of ${total} events`)
  return sent
}

function latenciesOf(
  sent: readonly Sent[],
  committed: readonly { at: number; positions: CellsMessage['positions'] }[],
  skipMs: number,
): number[] {
  const firstAt = Math.min(...sent.slice(0, 1_000).map(({ at }) => at))
  const latencies: number[] = []
  for (let partition = 0; partition < partitions; partition++) {
    const commits = committed.filter(({ positions }) => positions[partition] !== undefined)
    let next = 0
    for (const event of sent.filter((e) => e.partition === partition).sort((a, b) => a.seq - b.seq)) {
      while (next < commits.length && (commits[next]?.positions[partition] ?? 0) < event.seq) next++
      const commit = commits[next]
      if (commit === undefined) throw new Error(`event ${event.seq} was never committed`)
      if (event.at - firstAt >= skipMs) latencies.push(commit.at - event.at)
    }
  }
  return latencies
}

/** One durable publish and one small commit, with nothing else going on. */
async function floorMs({ nats, pool }: TestServices): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < floorCommits; i++) {
    const startedAt = performance.now()
    await nats.js.publish('events.bench.floor.0', structuredText(benchEvent(i)))
    await pool.query(
      `INSERT INTO setting (key, value) VALUES ('bench', to_jsonb($1::int))
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [i],
    )
    times.push(performance.now() - startedAt)
  }
  return times
}
