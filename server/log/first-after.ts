import type { Nats } from '../clients'
import { eventsStream } from './stream'

const timeoutMs = 2_000

/** When the first message of a subject after `seq` was logged; null: there is none. */
export async function firstAfter({ nc }: Nats, seq: number, subject: string): Promise<number | null> {
  // The client's own call has no `next_by_subj` for streams without direct access; servers from 2.9 on have it.
  const reply = await nc.request(
    `$JS.API.STREAM.MSG.GET.${eventsStream}`,
    JSON.stringify({ seq: seq + 1, next_by_subj: subject }),
    { timeout: timeoutMs },
  )
  const { message } = reply.json<{ message?: { time: string } }>()
  return message ? Date.parse(message.time) : null
}
