import { StorageType } from '@nats-io/jetstream'
import type { Nats } from '../clients'
import { eventsStream } from './stream'
import { parseSubject } from './subject'

export interface LogBytes {
  /** Of the event log, by event type: its bytes by the share of messages. */
  types: { type: string; bytes: number }[]
  /** Of the other streams that are on disk. */
  other: number
}

/** What the streams hold on disk now. */
export async function logBytesByType({ jsm }: Nats): Promise<LogBytes> {
  let other = 0
  for await (const { config, state } of jsm.streams.list())
    if (config.name !== eventsStream && config.storage === StorageType.File) other += state.bytes
  const { state } = await jsm.streams.info(eventsStream, { subjects_filter: 'events.>' })
  const messages = new Map<string, number>()
  for (const [subject, count] of Object.entries(state.subjects ?? {})) {
    const type = parseSubject(subject, anyPartition)?.type ?? subject
    messages.set(type, (messages.get(type) ?? 0) + count)
  }
  const types = [...messages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => ({
      type,
      bytes: Math.floor((state.bytes * count) / Math.max(1, state.messages)),
    }))
  const known = types.reduce((sum, { bytes }) => sum + bytes, 0)
  return { types, other: other + Math.max(0, state.bytes - known) }
}

/** More than a log can have: whatever number ends a subject is its partition. */
const anyPartition = 1_000_000
