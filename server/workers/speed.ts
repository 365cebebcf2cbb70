import { openSchemaRegistry } from '../log'
import type { Env, Stop } from '../platform'
import { runSpeedWorker } from '../speed'
import { connect } from './connections'

/** Two lanes commit at a time, and leases, computes and schemas are read beside them. */
const poolSize = 6

export async function startSpeed(env: Env): Promise<Stop> {
  const { pool, nats, close } = await connect(env, 'speed', poolSize)
  try {
    const schemas = await openSchemaRegistry({ pool, nats })
    const stop = await runSpeedWorker({ pool, nats, schemas })
    return async () => {
      await stop()
      schemas.close()
      await close()
    }
  } catch (error) {
    await close()
    throw error
  }
}
