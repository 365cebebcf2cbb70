import { newHeaders, type Nats, type Pool, type PoolClient } from '../clients'
import { correctionsStream, streamState } from '../log'
import { backoffMs, logger, sleep, type Stop } from '../platform'
import {
  lastOnStream,
  markOnStream,
  tryLockRelay,
  unlockRelay,
  unpublished,
  type StoredCorrection,
} from './corrections-store'

const correctionHeader = 'parallax-correction'
/** Published together, and marked together. */
const pageCorrections = 500
const pollMs = 500
const standByMs = 5_000
const retryPolicy = { baseMs: 500, maxMs: 30_000 }

const log = logger('corrections')

interface Deps {
  pool: Pool
  nats: Nats
}

/**
 * Puts every correction on the stream, on `corrections.<pipeline>`, in order by compute and once: the stream takes a
 * message only behind the one it must follow, and what it holds beyond what is marked is marked first. So a relay
 * that was killed, or believes wrongly that it is still the one, changes nothing. Runs beside others; one works.
 */
export function runCorrectionsRelay(deps: Deps): Stop {
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
      log.warn({ err: error, failures }, 'the corrections relay was interrupted; going on')
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
  let streamSeq = await markWhatIsThere(client, nats, signal)
  while (!signal.aborted) {
    const corrections = await unpublished(client, pageCorrections)
    if (corrections.length === 0) {
      await sleep(pollMs, signal)
      continue
    }
    const placed = await publish(nats, corrections, streamSeq)
    await markOnStream(client, placed)
    streamSeq = placed.at(-1)?.streamSeq ?? streamSeq
  }
}

/** A relay may have died between publishing and marking. Resolves to the stream's last sequence. */
async function markWhatIsThere(client: PoolClient, nats: Nats, signal: AbortSignal): Promise<number> {
  const known = await lastOnStream(client)
  const { firstSeq, lastSeq } = await streamState(nats, correctionsStream)
  for (let at = Math.max(known + 1, firstSeq); at <= lastSeq && !signal.aborted; at++) {
    const message = await nats.jsm.streams.getMessage(correctionsStream, { seq: at })
    const id = Number(message?.header.get(correctionHeader) || Number.NaN)
    if (Number.isSafeInteger(id)) await markOnStream(client, [{ id, streamSeq: at }])
  }
  return lastSeq
}

/**
 * All under way at once. The first must follow the stream's last, each other one the message before it: a message of
 * someone else between them takes the place of none.
 */
async function publish(
  nats: Nats,
  corrections: readonly StoredCorrection[],
  streamSeq: number,
): Promise<{ id: number; streamSeq: number }[]> {
  const acks = corrections.map(async (correction, i) => {
    const before = corrections[i - 1]
    const headers = newHeaders()
    headers.set(correctionHeader, String(correction.id))
    const ack = await nats.js.publish(
      `corrections.${correction.pipeline}`,
      JSON.stringify(bodyOf(correction)),
      {
        headers,
        msgID: messageId(correction),
        expect: before === undefined ? { lastSequence: streamSeq } : { lastMsgID: messageId(before) },
      },
    )
    return { id: correction.id, streamSeq: ack.seq }
  })
  const settled = await Promise.allSettled(acks)
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

const messageId = ({ id }: StoredCorrection): string => `correction-${id}`

/** What a consumer reads: instants as ISO 8601. */
function bodyOf({ windowStart, windowEnd, at, ...correction }: StoredCorrection): object {
  const iso = (instant: number) => new Date(instant).toISOString()
  return { ...correction, windowStart: iso(windowStart), windowEnd: iso(windowEnd), at: at.toISOString() }
}
