import { runExclusively, type Pool } from '../../clients'
import { logger, newId, sleep, type Clock, type Stop } from '../../platform'
import { minuteMs, minuteOf, openRecorder, servedPipelineNames, type Recorder } from '../measure'
import { probePipeline, probeType } from './probe-pipeline'

export interface ProbeOptions {
  pool: Pool
  clock: Clock
  source: string
  /** The product's own API, as anybody calls it but marked as a probe's. */
  call: <T>(method: string, path: string, event?: object) => Promise<T>
  /** Makes the probe's pipeline where it is not there. */
  ensurePipeline: () => Promise<void>
}

const everyMs = 15_000
/** What answers the probe may start after it: until then a probe that fails is no news. */
const startUpMs = 60_000
const viewPatienceMs = 10_000
const pollMs = 250
/** Reads of one round, in turn where there are more pipelines. */
const readsAtOnce = 40
const readBackMs = 5 * minuteMs
/** Batch comes every five minutes; a window that is not settled so long after its end is a failure of it. */
const settledAfterMs = 12 * minuteMs

interface Values {
  values: { measures: { events?: number | null }; completeness: string }[]
}

/**
 * Sends an event through log and speed to a read every few seconds, sees that batch settles the same number, and reads
 * every pipeline as a client does; in one process. What it finds is recorded as traffic `probe`.
 */
export function runProbes(options: ProbeOptions): Stop {
  const { pool, clock, source } = options
  return runExclusively({
    pool,
    name: 'probing',
    async work(_client, signal) {
      const recorder = openRecorder({ pool, clock, source })
      const probe = new Probe(options, recorder, newId().slice(0, 8))
      const startedAt = clock.now()
      try {
        while (!signal.aborted) {
          const dueAt = clock.now() + everyMs
          await probe.round(signal).catch((error: unknown) => {
            const level = clock.now() - startedAt < startUpMs ? 'debug' : 'warn'
            logger('probe')[level]({ err: error }, 'a probe did not come through')
          })
          await sleep(Math.max(0, dueAt - clock.now()), signal)
        }
      } finally {
        await recorder.stop()
      }
    },
  })
}

class Probe {
  /** Events of this run by window, until batch has settled it. */
  private readonly sent = new Map<number, number>()
  private isReady = false
  private turn = 0

  constructor(
    private readonly options: ProbeOptions,
    private readonly recorder: Recorder,
    private readonly run: string,
  ) {}

  async round(signal: AbortSignal): Promise<void> {
    await this.readAll(signal)
    if (!this.isReady) await this.options.ensurePipeline()
    this.isReady = true
    await this.throughSpeed(signal)
    await this.throughBatch()
  }

  private async readAll(signal: AbortSignal): Promise<void> {
    const names = (await servedPipelineNames(this.options.pool)).filter((name) => name !== probePipeline)
    const from = names.length > readsAtOnce ? (this.turn++ * readsAtOnce) % names.length : 0
    for (const name of names.slice(from, from + readsAtOnce)) {
      if (signal.aborted) return
      const now = this.options.clock.now()
      await this.options.call('GET', valuesPath(name, { from: now - readBackMs, to: now, limit: 1 }))
    }
  }

  private async throughSpeed(signal: AbortSignal): Promise<void> {
    const { clock, call } = this.options
    const sentAt = clock.now()
    const window = minuteOf(sentAt)
    await call('POST', '/api/v1/events', {
      specversion: '1.0',
      type: probeType,
      source: 'parallax/probe',
      id: newId(),
      time: new Date(sentAt).toISOString(),
      data: { run: this.run },
    })
    const wanted = (this.sent.get(window) ?? 0) + 1
    this.sent.set(window, wanted)
    while ((await this.read(window)).events < wanted) {
      if (signal.aborted) return
      if (clock.now() - sentAt > viewPatienceMs)
        throw new Error(`the probe's event was not in the view after ${viewPatienceMs / 1_000} s`)
      await sleep(pollMs, signal)
    }
    this.recorder.record(probePipeline, 'event_to_view', clock.now() - sentAt, { traffic: 'probe' })
  }

  private async throughBatch(): Promise<void> {
    const now = this.options.clock.now()
    for (const [window, wanted] of this.sent) {
      if (now < window + minuteMs + settledAfterMs) continue
      const { events, completeness } = await this.read(window)
      const isRight = completeness === 'complete' && events === wanted
      this.sent.delete(window)
      this.recorder.record(probePipeline, 'correctness', isRight ? 0 : 1, { traffic: 'probe' })
      if (!isRight)
        throw new Error(`of ${wanted} events of a window batch has ${events}, and it is ${completeness}`)
    }
  }

  private async read(window: number): Promise<{ events: number; completeness: string }> {
    const path = valuesPath(probePipeline, { from: window, to: window + minuteMs, key: this.run })
    const { values } = await this.options.call<Values>('GET', path)
    const [cell] = values
    return { events: cell?.measures.events ?? 0, completeness: cell?.completeness ?? 'unavailable' }
  }
}

function valuesPath(
  name: string,
  { from, to, ...rest }: { from: number; to: number; limit?: number; key?: string },
): string {
  const query = new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ...Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, String(value)])),
  })
  return `/api/v1/pipelines/${encodeURIComponent(name)}/values?${query}`
}
