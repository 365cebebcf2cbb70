import { fixPartitions } from '../control'
import type { Env, Stop } from '../platform'
import { connect } from './connections'
import { runFeed } from './feed/feed'

export async function startFeed(env: Env): Promise<Stop> {
  const { pool, nats, close } = await connect(env, 'feed', 2)
  try {
    const stop = await runFeed({ pool, nats, partitions: await fixPartitions(pool) })
    return async () => {
      await stop()
      await close()
    }
  } catch (error) {
    await close()
    throw error
  }
}
