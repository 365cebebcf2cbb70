import type { Nats, Pool } from '../../clients'
import { AppError, sleep } from '../../platform'
import { archivedSeq } from './archive-store'

export const flushSubject = 'control.archive.flush'

/** Asks the archiver to commit what it has read as soon as that reaches `uptoSeq`, and not to wait for its timer. */
export function requestFlush(nats: Nats, uptoSeq: number): void {
  nats.nc.publish(flushSubject, JSON.stringify({ seq: uptoSeq }))
}

export function readFlushRequest(data: Uint8Array): number {
  try {
    const { seq } = JSON.parse(Buffer.from(data).toString()) as { seq?: unknown }
    return typeof seq === 'number' && Number.isSafeInteger(seq) ? seq : 0
  } catch {
    return 0
  }
}

const pollMs = 50

/** Resolves once every message up to `seq` is archived; refuses when that takes longer than `timeoutMs`. */
export async function waitForArchive(
  { pool, nats }: { pool: Pool; nats: Nats },
  seq: number,
  { timeoutMs = 60_000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    signal?.throwIfAborted()
    const reached = await archivedSeq(pool)
    if (reached >= seq) return
    if (performance.now() >= deadline) {
      throw new AppError(
        'unavailable',
        `Waiting for the archive failed: it holds the log up to ${reached}, ${seq} is needed, and ${Math.round(timeoutMs / 1000)} s have passed. Check that an archive worker runs.`,
        { retryAfterS: 10 },
      )
    }
    requestFlush(nats, seq)
    await sleep(pollMs, signal)
  }
}
