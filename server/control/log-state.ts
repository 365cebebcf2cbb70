import type { Nats } from '../clients'
import { eventsStream as stream } from '../log'

/** Messages of a subject after `seq`, counted by the server. */
export async function countAfter({ jsm }: Nats, seq: number, subject: string): Promise<number> {
  const consumer = await jsm.consumers.add(stream, {
    filter_subject: subject,
    deliver_policy: 'by_start_sequence',
    opt_start_seq: seq + 1,
    ack_policy: 'none',
    mem_storage: true,
    inactive_threshold: 5e9,
  })
  await jsm.consumers.delete(stream, consumer.name).catch(() => false)
  return consumer.num_pending
}

/** When a message was logged; null: the log does not hold it. */
export async function logTimeOf({ nc }: Nats, seq: number): Promise<number | null> {
  const reply = await nc.request(`$JS.API.STREAM.MSG.GET.${stream}`, JSON.stringify({ seq }), {
    timeout: 2_000,
  })
  const { message } = reply.json<{ message?: { time: string } }>()
  return message ? Date.parse(message.time) : null
}
