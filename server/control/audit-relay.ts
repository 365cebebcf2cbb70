import { newHeaders, type Nats, type Pool, type PoolClient } from '../clients'
import { auditStream, streamState } from '../log'
import { backoffMs, logger, sleep, type Stop } from '../platform'
import type { ChainedEntry } from './audit-chain'
import { markRelayed, readRelayed, tryLockRelay, unlockRelay } from './audit-relay-store'
import { selectEntriesAfter } from './audit-store'

const seqHeader = 'parallax-audit'
const pageEntries = 200
const pollMs = 1_000
const standByMs = 5_000
const retryPolicy = { baseMs: 500, maxMs: 30_000 }
/** Messages published past the relay that are looked through for its own last one. */
const foreignLimit = 1_000

const log = logger('audit')

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
export function runAuditRelay(deps: Deps): Stop {
  const stopping = new AbortController()
  const running = relay(deps, stopping.signal)
  return async () => {
    stopping.abort()
    await running
  }
}

async function relay({ pool, nats }: Deps, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      const worked = await turn(pool, nats, signal)
      failures = 0
      if (!worked) await sleep(standByMs, signal)
    } catch (error) {
      failures++
      log.warn({ err: error, failures }, 'the audit relay was interrupted; going on')
      await sleep(backoffMs(retryPolicy, failures), signal)
    }
  }
}

/** False: another relay works. */
async function turn(pool: Pool, nats: Nats, signal: AbortSignal): Promise<boolean> {
  const client = await pool.connect()
  let broken: Error | undefined
  // A connection that breaks between two statements emits; the next statement rejects, which is what counts.
  const onError = (error: Error) => {
    broken = error
  }
  client.on('error', onError)
  try {
    const locked = await tryLockRelay(client)
    if (locked) {
      await work(client, nats, signal)
      await unlockRelay(client)
    }
    return locked
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.off('error', onError)
    // With an error the connection ends, and with it the lock.
    client.release(broken)
  }
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

/** What was marked, or what the stream has beyond it: a relay may have died between publishing and marking. */
async function findPlace(client: PoolClient, nats: Nats): Promise<Place> {
  const marked = await readRelayed(client)
  const { firstSeq, lastSeq } = await streamState(nats, auditStream)
  for (let at = lastSeq; at >= firstSeq && at > lastSeq - foreignLimit; at--) {
    const message = await nats.jsm.streams.getMessage(auditStream, { seq: at })
    const seq = Number(message?.header.get(seqHeader) || Number.NaN)
    if (Number.isSafeInteger(seq)) return { seq: Math.max(marked, seq), streamSeq: lastSeq }
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
