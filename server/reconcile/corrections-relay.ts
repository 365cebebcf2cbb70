import { newHeaders, runExclusively, type Nats, type Pool, type PoolClient } from '../clients'
import { correctionsStream, streamState } from '../log'
import { sleep, type Stop } from '../platform'
import { lastOnStream, markOnStream, unpublished, type StoredCorrection } from './corrections-store'

const correctionHeader = 'parallax-correction'
/** Published together, and marked together. */
const pageCorrections = 500
const pollMs = 500

interface Deps {
  pool: Pool
  nats: Nats
}

/**
 * Puts every correction on the stream, on `corrections.<pipeline>`, in order by compute and once: the stream takes a
 * message only behind the one it must follow, and what it holds beyond what is marked is marked first. So a relay
 * that was killed, or believes wrongly that it is still the one, changes nothing. Runs beside others; one works.
 */
export function runCorrectionsRelay({ pool, nats }: Deps): Stop {
  return runExclusively({
    pool,
    name: 'corrections relay',
    work: (client, signal) => work(client, nats, signal),
  })
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
