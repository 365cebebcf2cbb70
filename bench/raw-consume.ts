import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream'
import type { Nats } from '../server/clients'
import { eventsStream } from '../server/log'

/**
 * The limit: the same client reads the log's messages through its callback API, without acks and without looking
 * into them. Seconds from the first pull to the last of `count` messages.
 */
export async function consumeRaw({ js, jsm }: Nats, count: number): Promise<number> {
  const { name } = await jsm.consumers.add(eventsStream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
    mem_storage: true,
  })
  const consumer = await js.consumers.get(eventsStream, name)
  const startedAt = performance.now()
  let received = 0
  await new Promise<void>((resolve, reject) => {
    consumer
      .consume({
        max_messages: 20_000,
        callback: () => {
          if (++received === count) resolve()
        },
      })
      .catch(reject)
  })
  const seconds = (performance.now() - startedAt) / 1_000
  await consumer.delete()
  return seconds
}
