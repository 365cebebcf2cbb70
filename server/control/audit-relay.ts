import { PubHeaders } from '@nats-io/jetstream'
import { newHeaders, runExclusively, type Nats, type Pool, type PoolClient } from '../clients'
import { auditStream, streamState } from '../log'
import { sleep, type Stop } from '../platform'
import type { ChainedEntry } from './audit-chain'
import { markRelayed, readRelayed } from './audit-relay-store'
import { selectEntriesAfter } from './audit-store'

const seqHeader = 'parallax-audit'
const pageEntries = 200
const pollMs = 1_000
/** Messages published past the relay that are looked through for its own last one. */
const foreignLimit = 1_000

interface Deps {
  pool: Pool
  nats: Nats
}

interface Place {
  /** Last entry that is in the stream. */
  seq: number
  /** Last sequence of the stream: the next message must follow it, or is refused. */
  streamSeq: number
}

/**
 * Puts every audit entry on the stream, on `audit.<action>`, in order and once: the stream itself says how far it
 * is, and takes a message only behind the one it must follow. So a relay that was killed, or believes wrongly that
 * it is still the one, changes nothing. Runs beside others; one at a time works.
 */
export function runAuditRelay({ pool, nats }: Deps): Stop {
  return runExclusively({ pool, name: 'audit relay', work: (client, signal) => work(client, nats, signal) })
}

async function work(client: PoolClient, nats: Nats, signal: AbortSignal): Promise<void> {
  let place = await findPlace(client, nats)
  await markRelayed(client, place.seq)
  while (!signal.aborted) {
    const entries = await selectEntriesAfter(client, { after: place.seq, limit: pageEntries })
    if (entries.length === 0) {
      await sleep(pollMs, signal)
      continue
    }
    await publish(nats, entries, place)
    place = { seq: entries.at(-1)?.seq ?? place.seq, streamSeq: place.streamSeq + entries.length }
    await markRelayed(client, place.seq)
  }
}

/**
 * What was marked, or what the stream has beyond it: a relay may have died between publishing and marking. Entries of
 * the stream that the database does not have, or has others in place of, are from before it was restored: what it has
 * since is put behind them.
 */
async function findPlace(client: PoolClient, nats: Nats): Promise<Place> {
  const marked = await readRelayed(client)
  const { firstSeq, lastSeq } = await streamState(nats, auditStream)
  for (let at = lastSeq; at >= firstSeq && at > lastSeq - foreignLimit; at--) {
    const message = await nats.jsm.streams.getMessage(auditStream, { seq: at })
    const seq = Number(message?.header.get(seqHeader) || Number.NaN)
    if (!Number.isSafeInteger(seq)) continue
    const [entry] = await selectEntriesAfter(client, { after: seq - 1, limit: 1 })
    if (entry !== undefined && message?.header.get(PubHeaders.MsgIdHdr) === messageId(entry))
      return { seq: Math.max(marked, seq), streamSeq: lastSeq }
  }
  return { seq: marked, streamSeq: lastSeq }
}

/**
 * All under way at once. The first must follow the place, each other one the message before it: a message of someone
 * else between them takes the place of none.
 */
async function publish(nats: Nats, entries: ChainedEntry[], place: Place): Promise<void> {
  const acks = entries.map((entry, i) => {
    const before = entries[i - 1]
    const headers = newHeaders()
    headers.set(seqHeader, String(entry.seq))
    return nats.js.publish(subjectOf(entry), bodyOf(entry, nats), {
      headers,
      msgID: messageId(entry),
      expect: before ? { lastMsgID: messageId(before) } : { lastSequence: place.streamSeq },
    })
  })
  const failed = (await Promise.allSettled(acks)).find((ack) => ack.status === 'rejected')
  if (failed) throw failed.reason
}

const messageId = ({ seq, hash }: ChainedEntry): string => `audit-${seq}-${hash.slice(0, 16)}`

/** An action is `noun.verb`; anything else in it must not become a wildcard. */
const subjectOf = ({ action }: ChainedEntry): string =>
  `audit.${action.replaceAll(/[^\w.-]|^\.|\.$|\.(?=\.)/g, '_')}`

function bodyOf({ at, ...entry }: ChainedEntry, { nc }: Nats): string {
  const body = { ...entry, at: new Date(at).toISOString() }
  const text = JSON.stringify(body)
  const roomBytes = (nc.info?.max_payload ?? 1024 ** 2) - 1_024
  return Buffer.byteLength(text) <= roomBytes
    ? text
    : JSON.stringify({ ...body, detail: null, detailOmitted: true })
}
