import type { TestServices } from '../server/clients/testing'
import { sleep } from '../server/platform'
import { runSpeedWorker } from '../server/speed'
import {
  addPipeline,
  openBenchServices,
  publishFrames,
  publishSingles,
  removePipeline,
} from './bench-services'
import { figureOfRates, pairsOf, type BenchOptions, type Figure } from './figure'
import { consumeRaw } from './raw-consume'

const events = 500_000
/** Frames are read so fast that fewer would measure the start and the last commit. */
const framedEvents = 2_000_000

/** Events/s of one speed worker over single-event messages, against raw consumption of the same messages. */
export const speedSingle = (options: BenchOptions) => measure('speed.single', options)

/** The same over frames of 50; the limit is still raw consumption of the single-event messages. */
export const speedFrames = (options: BenchOptions) => measure('speed.frames', options)

async function measure(
  name: 'speed.single' | 'speed.frames',
  { reps, scale, log }: BenchOptions,
): Promise<Figure> {
  const count = Math.round(events * scale)
  const folded = name === 'speed.frames' ? Math.round(framedEvents * scale) : count
  const singles = await openBenchServices()
  const framed = name === 'speed.frames' ? await openBenchServices() : singles
  try {
    await publishSingles(singles, count)
    if (framed !== singles) await publishFrames(framed, folded)
    const pairs = await pairsOf(reps, async (rep) => {
      const limit = count / (await consumeRaw(singles.nats, count))
      const own = folded / (await foldAll(framed, `bench-${rep}`, folded))
      log(
        `${name} ${rep === 0 ? 'warm-up' : `rep ${rep}`}: ${Math.round(own)} of ${Math.round(limit)} events/s`,
      )
      return { own, limit }
    })
    return figureOfRates({ name, unit: 'events/s', n: folded }, pairs)
  } finally {
    await singles.stop()
    if (framed !== singles) await framed.stop()
  }
}

/** Seconds a worker takes from its start to the commit of the last event: leases, reading, folding, commits. */
async function foldAll(services: TestServices, name: string, count: number): Promise<number> {
  const computeId = await addPipeline(services, name)
  const startedAt = performance.now()
  const stop = await runSpeedWorker({ pool: services.pool, nats: services.nats, schemas: null })
  while ((await eventsCommitted(services, computeId)) < count) await sleep(20)
  const seconds = (performance.now() - startedAt) / 1_000
  await stop()
  await removePipeline(services, name)
  return seconds
}

async function eventsCommitted({ pool }: TestServices, computeId: number): Promise<number> {
  const { rows } = await pool.query<{ events: string }>(
    'SELECT coalesce(sum(events), 0) AS events FROM speed_position WHERE compute_id = $1',
    [computeId],
  )
  return Number(rows[0]?.events)
}
