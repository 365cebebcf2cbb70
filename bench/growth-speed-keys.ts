import { setImmediate as yieldNow } from 'node:timers/promises'
import { openAppender } from '../server/log'
import { runSpeedWorker } from '../server/speed'
import { sleep } from '../server/platform'
import { benchEvent } from './bench-events'
import { addPipeline, openBenchServices, partitions, removePipeline } from './bench-services'
import { rounded, type BenchOptions } from './figure'
import type { Growth, GrowthRow } from './growth'

/** Keys over all windows; a million of them do not fit into a window's limit, so that the guard is left out here. */
const sizes = [1_000, 10_000, 100_000, 1_000_000]
const events = 2_000_000
const portion = 20_000
const megabyte = 1024 ** 2

/** What an event costs one speed worker, and how much memory it holds, by the number of keys. */
export async function growthSpeedKeys({ scale, log }: BenchOptions): Promise<Growth> {
  const rows: GrowthRow[] = []
  for (const keys of sizes) {
    const row = await measure(keys, Math.round(events * scale))
    log(`growth.speed.keys ${JSON.stringify(row)}`)
    rows.push(row)
  }
  return {
    name: 'growth.speed.keys',
    by: 'keys',
    columns: { usPerEvent: 'µs of a processor per event', peakMb: 'MB resident, at most' },
    rows,
  }
}

async function measure(keys: number, count: number): Promise<GrowthRow> {
  const services = await openBenchServices()
  try {
    const appender = openAppender(services.nats, { partitions, maxFrameEvents: 50, lingerMs: 1_000 })
    for (let from = 0; from < count; from += portion) {
      const size = Math.min(portion, count - from)
      await appender.append(Array.from({ length: size }, (_, i) => keyed(from + i, keys)))
    }
    await appender.close()
    const name = `keys-${keys}`
    const computeId = await addPipeline(services, name)
    const samples: number[] = []
    const cpu = process.cpuUsage()
    const startedAt = performance.now()
    const stop = await runSpeedWorker({ pool: services.pool, nats: services.nats, schemas: null })
    for (;;) {
      const { rows } = await services.pool.query<{ events: string }>(
        'SELECT coalesce(sum(events), 0) AS events FROM speed_position WHERE compute_id = $1',
        [computeId],
      )
      samples.push(process.memoryUsage().rss)
      if (Number(rows[0]?.events) >= count) break
      await sleep(200)
      await yieldNow()
    }
    const seconds = (performance.now() - startedAt) / 1_000
    const { user, system } = process.cpuUsage(cpu)
    await stop()
    await removePipeline(services, name)
    return {
      keys,
      events: count,
      usPerEvent: rounded((user + system) / count, 3),
      eventsPerSecond: Math.round(count / seconds),
      // Of the second half: what it comes to, not what it starts from.
      middleMb: Math.round((samples[samples.length >> 1] ?? 0) / megabyte),
      peakMb: Math.round(Math.max(...samples.slice(samples.length >> 1)) / megabyte),
    }
  } finally {
    await services.stop()
  }
}

/** Keys come in no order, each as often as another. */
function keyed(i: number, keys: number) {
  const event = benchEvent(i)
  const key = `k${(Math.imul(i, 2_654_435_761) >>> 0) % keys}`
  return { ...event, id: String(i), data: { key, amount: i % 1_000, pad: 'abcdefghijk' } }
}
