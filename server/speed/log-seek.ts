import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream'
import type { Nats } from '../clients'
import { eventsStream } from '../log'
import { newId } from '../platform'

/** The highest sequence all of whose predecessors, itself included, were logged before `time`. */
export async function seqBefore(nats: Nats, time: number): Promise<number> {
  const name = `seek_${newId().replaceAll('-', '')}`
  const info = await nats.jsm.consumers.add(eventsStream, {
    name,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: new Date(time).toISOString(),
    inactive_threshold: 5_000_000_000,
    mem_storage: true,
    num_replicas: 1,
  })
  await nats.jsm.consumers.delete(eventsStream, name)
  return info.delivered.stream_seq
}
