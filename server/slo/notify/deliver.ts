import type { Pool } from '../../clients'
import type { Clock } from '../../platform'
import type { ChannelRecord } from './delivery'
import { failOrphans, markAttempted, selectChannels, selectDue, type Queued } from './outbox-store'
import { afterAttempt } from './retry-plan'
import type { Send } from './send'

const dueLimit = 500

export interface DeliverDeps {
  pool: Pool
  clock: Clock
  send: Send
}

/**
 * One pass over what is due: channels beside each other, a channel's one after the other. At least once: a process
 * that dies between sending and marking sends again, with the same keys. Resolves to how many were tried.
 */
export async function deliverDue({ pool, clock, send }: DeliverDeps): Promise<number> {
  await failOrphans(pool, clock.now())
  const [due, channels] = await Promise.all([selectDue(pool, clock.now(), dueLimit), selectChannels(pool)])
  await Promise.all(
    channels.map((channel) =>
      deliverBy(
        { pool, clock, send },
        channel,
        due.filter(({ channelId }) => channelId === channel.id),
      ),
    ),
  )
  return due.length
}

async function deliverBy(
  { pool, clock, send }: DeliverDeps,
  channel: ChannelRecord,
  due: readonly Queued[],
): Promise<void> {
  for (const { id, body, dedupeKey, uniqueKey, attempts, createdAt } of due) {
    const result = await send(channel, { body, key: dedupeKey, uniqueKey, now: clock.now() })
    await markAttempted(pool, id, afterAttempt({ attempts, createdAt }, result, clock.now()))
    // A receiver that is away is not asked again for each of its other incidents in the same pass.
    if (result.outcome === 'away') return
  }
}
