import type { Random } from '../platform'

/** What a schedule is about, drawn from its seed. */
export interface Settings {
  partitions: number
  windowMs: number
  allowedMs: number
  outOfOrderMs: number
  horizonMs: number
  beyond: 'defer' | 'include'
  messages: number
  /** How long faults go on. */
  stormMs: number
  speedWorkers: number
  batchWorkers: number
  archivers: number
}

export function drawSettings(random: Random): Settings {
  return {
    partitions: random.pick([1, 2, 3]),
    windowMs: random.pick([2_000, 5_000]),
    allowedMs: random.pick([0, 1_000, 4_000]),
    outOfOrderMs: random.pick([0, 1_000, 3_000]),
    horizonMs: random.pick([2_000, 10_000, 3_600_000]),
    beyond: random.pick(['defer', 'include'] as const),
    messages: 15 + random.below(30),
    stormMs: 5_000 + random.below(11_000),
    speedWorkers: random.pick([1, 2, 2, 3]),
    batchWorkers: random.pick([1, 2]),
    archivers: random.pick([1, 2]),
  }
}

export const pipelineName = 'sim'
export const computeId = 1

const seconds = (ms: number) => `${ms / 1_000}s`

/** The definition as it would be stored: the simulated workers parse and compile it as real ones do. */
export const documentOf = (settings: Settings, type: string) => ({
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: pipelineName, title: pipelineName, owner: 'simulator' },
  spec: {
    events: { type },
    key: 'data.k',
    window: { size: seconds(settings.windowMs) },
    lateness: {
      outOfOrder: seconds(settings.outOfOrderMs),
      allowed: seconds(settings.allowedMs),
      beyond: settings.beyond,
    },
    dedupe: { horizon: seconds(settings.horizonMs) },
    measures: { v: { sum: 'data.v', type: 'int' } },
  },
})
