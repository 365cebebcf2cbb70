import { speedGuards } from '../control'
import { openSchemaRegistry } from '../log'
import { systemClock, type Env, type Stop } from '../platform'
import { openRecorder, openUsage, sourceName } from '../slo'
import { runSpeedWorker } from '../speed'
import { connect } from './connections'

/** Two lanes commit at a time, and leases, computes and schemas are read beside them. */
const poolSize = 6

export async function startSpeed(env: Env): Promise<Stop> {
  const { pool, nats, close } = await connect(env, 'speed', poolSize)
  try {
    const schemas = await openSchemaRegistry({ pool, nats })
    const usage = openUsage({ pool, clock: systemClock, own: 'speed' })
    const recorder = openRecorder({ pool, clock: systemClock, source: sourceName('speed') })
    const stop = await runSpeedWorker({
      pool,
      nats,
      schemas,
      onRead: (pipeline, { events, bytes }) => {
        usage.note({ layer: 'speed', pipeline, weight: events, events, bytesRead: bytes })
      },
      onEventToView: (pipeline, ms, events) => {
        recorder.record(pipeline, 'event_to_view', ms, { weight: events })
      },
      ...speedGuards({ pool, nats, clock: systemClock }),
    })
    return async () => {
      await stop()
      await recorder.stop()
      await usage.stop()
      schemas.close()
      await close()
    }
  } catch (error) {
    await close()
    throw error
  }
}
