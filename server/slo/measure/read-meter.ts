import type { Nats, Pool } from '../../clients'
import type { Clock } from '../../platform'
import type { Traffic } from '../model'
import { openFreshness } from './freshness'
import type { Recorder } from './recorder'
import { readTypes } from './read-meter-store'

/** What a read counts as that was not answered because something of ours failed. */
const unansweredMs = 60_000
const typesEveryMs = 30_000

/** Told by the API of what people and probes get. */
export interface ReadMeter {
  /** `ms` null: it failed, through no fault of who asked. */
  read: (pipeline: string, ms: number | null, traffic: Traffic) => void
  /** Events that the gateway refused, by their type as far as it was told. */
  rejected: (type: string | null, events: number) => void
}

export function openReadMeter(deps: { pool: Pool; nats: Nats; clock: Clock; recorder: Recorder }): ReadMeter {
  const { pool, clock, recorder } = deps
  const freshness = openFreshness(deps)
  let types = new Set<string>()
  let typesAt = -Infinity
  const refreshTypes = () => {
    typesAt = clock.now()
    readTypes(pool).then(
      (read) => (types = new Set(read)),
      () => undefined,
    )
  }
  refreshTypes()
  return {
    read(pipeline, ms, traffic) {
      recorder.record(pipeline, 'latency', ms ?? unansweredMs, { traffic })
      if (ms !== null) freshness.noteRead(pipeline, traffic)
    },
    rejected(type, events) {
      if (clock.now() - typesAt >= typesEveryMs) refreshTypes()
      // Whoever sends made-up types must not make rows without end.
      recorder.record(type !== null && types.has(type) ? type : '', 'rejected', 1, { weight: events })
    },
  }
}
