import { inTransaction, type Nats, type Pool } from '../clients'
import type { Clock } from '../platform'
import type { FullWindow } from '../speed'
import { audit } from './audit'
import { nudgeSpeed, pauseLayer } from './layer-pause'
import { isHeldFor, lockPipeline } from './layer-pause-store'

export const keysCause = 'keys'

/**
 * Pauses the speed layer of a pipeline one of whose windows has more keys than its limit. Events go on into the log
 * and the archive; it goes on from where it stood when somebody has found the producer, or raised the limit, and
 * resumed it. Several workers may find the same: one pause is made.
 */
export async function holdForKeys(
  deps: { pool: Pool; nats: Nats; clock: Clock },
  { pipeline, computeId, windowStart, keys, limit }: FullWindow,
): Promise<void> {
  const isMade = await inTransaction(deps.pool, async (client) => {
    if (!(await lockPipeline(client, pipeline)) || (await isHeldFor(client, pipeline, keysCause)))
      return false
    const window = new Date(windowStart).toISOString()
    const reason =
      `the window of ${window} has ${keys} keys, more than the ${limit} it may have. Quarantine the producer that ` +
      'sends them, or raise spec.limits.keysPerWindow, then resume'
    const detail = { computeId, windowStart, keys, limit }
    await pauseLayer(client, {
      pipeline,
      layer: 'speed',
      reason,
      actor: 'system',
      until: null,
      cause: keysCause,
      detail,
    })
    await audit(client, deps.clock, {
      actor: 'system',
      action: 'layer.hold',
      object: pipeline,
      detail: { layer: 'speed', cause: keysCause, reason, ...detail },
    })
    return true
  })
  if (isMade) nudgeSpeed(deps.nats)
}
