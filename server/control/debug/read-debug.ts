import type { Pool } from '../../clients'
import { logger, type Clock } from '../../platform'
import { requirePipeline } from '../require-pipeline'
import { readLatency } from './latency'
import type { DebugView, LatencyHeat } from './model'
import { readRetries } from './retries'
import { readSchemas } from './schemas'
import { readUsage } from './usage'

export interface DebugQuery {
  pipeline: string
  indicator: LatencyHeat['indicator']
  from: number
  to: number
}

/** What an engineer digs in; a part that cannot be read is null and leaves the rest standing. */
export async function readDebug(
  { pool, clock }: { pool: Pool; clock: Clock },
  query: DebugQuery,
): Promise<DebugView> {
  await requirePipeline({ pool }, query.pipeline)
  const { from, to, pipeline } = query
  const part = <T>(name: string, read: Promise<T>): Promise<T | null> =>
    read.catch((error: unknown) => {
      logger('debug').warn({ err: error, part: name }, 'a part of debug was not read')
      return null
    })
  const [latency, retries, schemas, usage] = await Promise.all([
    part('latency', readLatency(pool, query)),
    part('retries', readRetries(pool, query)),
    part('schemas', readSchemas(pool, query)),
    part('usage', readUsage(pool, query)),
  ])
  return { at: clock.now(), from, to, pipeline, latency, retries, schemas, usage }
}
