import type { ArchiveSource } from '../batch'
import type { Nats, Pool } from '../clients'
import { archivedRelation, archivedSeq, requestFlush, streamState } from '../log'

/** How often an archiver is asked, at most, to write what it holds: each time costs a small segment. */
const flushEveryMs = 1_000

/** The archive as a batch run reads it. */
export function openArchiveSource({
  pool,
  nats,
  dir,
}: {
  pool: Pool
  nats: Nats | null
  dir: string
}): ArchiveSource {
  let askedAt = -Infinity
  const askForFlush = async () => {
    if (nats === null || performance.now() - askedAt < flushEveryMs) return
    askedAt = performance.now()
    requestFlush(nats, (await streamState(nats)).lastSeq)
  }
  return {
    async reachedSeq() {
      await askForFlush()
      return archivedSeq(pool)
    },
    scan: (type, range) =>
      archivedRelation(pool, dir, {
        type,
        ...(range === null ? {} : { fromMs: range.from, toMs: range.to }),
      }),
  }
}
