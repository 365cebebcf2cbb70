import { runExclusively, type Pool } from '../../clients'
import { logger, sleep, type Clock, type Stop } from '../../platform'
import { countComparisons } from './count-comparisons'
import { countDuplicates } from './count-duplicates'
import { countJobs } from './count-jobs'
import { forgetMeasurements } from './forget-store'
import { hourMs } from './minute'
import { openRecorder } from './recorder'
import { restateHoles } from './restate-holes'
import { rollUpHours } from './roll-up'

export interface MeasuringOptions {
  pool: Pool
  clock: Clock
  source: string
  /** Events that wait for the speed layer, by pipeline. */
  waiting: () => Promise<{ pipeline: string; waiting: number }[]>
}

interface Step {
  name: string
  everyMs: number
  run: (now: number) => Promise<unknown>
}

const pollMs = 1_000

/** Measures what is seen from rows rather than where it happens, and keeps the minutes in order; in one process. */
export function runMeasuring({ pool, clock, source, waiting }: MeasuringOptions): Stop {
  const log = logger('measure')
  return runExclusively({
    pool,
    name: 'measuring',
    async work(_client, signal) {
      const recorder = openRecorder({ pool, clock, source })
      const steps: Step[] = [
        {
          name: 'backlog',
          everyMs: 5_000,
          async run() {
            for (const row of await waiting()) recorder.record(row.pipeline, 'backlog', row.waiting)
          },
        },
        { name: 'duplicates', everyMs: 10_000, run: (now) => countDuplicates(pool, now) },
        { name: 'jobs', everyMs: 10_000, run: () => countJobs(pool) },
        { name: 'comparisons', everyMs: 10_000, run: (now) => countComparisons(pool, now) },
        { name: 'holes', everyMs: 60_000, run: (now) => restateHoles(pool, now) },
        { name: 'hours', everyMs: 30_000, run: (now) => rollUpHours(pool, now) },
        { name: 'retention', everyMs: hourMs, run: (now) => forgetMeasurements(pool, now) },
      ]
      const dueAt = new Map<Step, number>()
      try {
        while (!signal.aborted) {
          for (const step of steps) {
            const now = clock.now()
            if ((dueAt.get(step) ?? 0) > now) continue
            dueAt.set(step, now + step.everyMs)
            // One that fails must not keep the others from being measured.
            await step.run(now).catch((error: unknown) => {
              log.warn({ err: error, step: step.name }, 'measuring failed and is tried again')
            })
          }
          await sleep(pollMs, signal)
        }
      } finally {
        await recorder.stop()
      }
    },
  })
}
