import { hostname } from 'node:os'
import { listPipelines, runCosts } from '../control'
import { newId, systemClock, type Env, type Stop } from '../platform'
import {
  openUsage,
  runAlertWatcher,
  runMeasuring,
  runNotifier,
  runObjectives,
  sourceName,
  runTraceExport,
  runTraceSampler,
} from '../slo'
import { alertFactsOf } from './alert-facts'
import { connect, type Connections } from './connections'
import { beginHeartbeat } from './heartbeat'
import { startProbes } from './probe'

/** Of a lock each for what runs in one process at a time, and of what they read beside each other. */
const poolSize = 20

/** What the role does; each part keeps itself to one process at a time where it must. */
const parts: ((connections: Connections, env: Env) => Stop | Promise<Stop>)[] = [
  ({ pool }) => openUsage({ pool, clock: systemClock, own: 'shared' }).stop,
  ({ pool }) => runObjectives({ pool, clock: systemClock }),
  ({ pool, nats }) => runCosts({ pool, nats, clock: systemClock }),
  ({ pool, nats }) =>
    runMeasuring({
      pool,
      clock: systemClock,
      source: sourceName('slo'),
      async waiting() {
        const listed = await listPipelines({ pool, nats, clock: systemClock })
        return listed.map(({ name, status }) => ({ pipeline: name, waiting: status.lag.events }))
      },
    }),
  ({ pool, nats }, { allowInternal = false }) =>
    runAlertWatcher({
      pool,
      nats,
      clock: systemClock,
      source: alertFactsOf({ pool, nats, clock: systemClock }),
      allowInternal,
    }),
  startProbes,
  ({ pool }) => runTraceSampler({ pool }),
  ({ pool }, { otlpEndpoint }) =>
    otlpEndpoint === undefined ? () => Promise.resolve() : runTraceExport({ pool, endpoint: otlpEndpoint }),
  ({ pool }, { allowInternal = false }) => runNotifier({ pool, clock: systemClock, allowInternal }),
]

/** Measures, evaluates, alerts and notifies. */
export async function startSlo(env: Env): Promise<Stop> {
  const connections = await connect(env, 'slo', poolSize)
  const stops: Stop[] = []
  const stopAll = async () => {
    await Promise.all(stops.map((stop) => stop()))
    await connections.close()
  }
  try {
    for (const part of parts) stops.push(await part(connections, env))
    const id = `slo-${hostname()}-${process.pid}-${newId().slice(0, 8)}`
    stops.push(await beginHeartbeat({ pool: connections.pool, id, role: 'slo', detail: () => ({}) }))
    return stopAll
  } catch (error) {
    await stopAll()
    throw error
  }
}
