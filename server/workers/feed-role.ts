import { fixPartitions } from '../control'
import type { Env, Stop } from '../platform'
import { connect } from './connections'
import { declareHistory } from './feed/declare-history'
import { FEED_TYPE, runFeed } from './feed/feed'

export async function startFeed(env: Env): Promise<Stop> {
  const { pool, nats, close } = await connect(env, 'feed', 2)
  try {
    const stop = await runFeed({
      pool,
      nats,
      partitions: await fixPartitions(pool),
      onHistory: () => declareHistory({ pool, nats }, FEED_TYPE),
    })
    return async () => {
      await stop()
      await close()
    }
  } catch (error) {
    await close()
    throw error
  }
}
