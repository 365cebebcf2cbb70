import type { Pool } from '../clients'
import { findBreak, type ChainBreak, type ChainLink } from './audit-chain'
import { firstBehindHead, readHead, selectEntriesAfter } from './audit-store'

const pageEntries = 2_000

export interface Verification {
  /** Entries read, up to the break where there is one. */
  entries: number
  /** The first seq that is not as it was written; null: the chain is whole. */
  brokenAt: number | null
  why: ChainBreak['why'] | null
  head: ChainLink | null
}

const running = new WeakMap<Pool, Promise<Verification>>()

/**
 * Reads the whole trail against its hashes and its head, a page at a time. Entries never change, so those up to the
 * head that is read first need no common snapshot. Who asks while one is under way gets that one's answer.
 */
export function verifyAudit({ pool }: { pool: Pool }): Promise<Verification> {
  const known = running.get(pool)
  if (known) return known
  const started = verify(pool).finally(() => running.delete(pool))
  running.set(pool, started)
  return started
}

async function verify(pool: Pool): Promise<Verification> {
  const head = await readHead(pool)
  const upTo = head?.seq ?? 0
  let last: ChainLink | null = null
  let entries = 0
  const broken = ({ seq, why }: ChainBreak): Verification => ({ entries, brokenAt: seq, why, head })
  for (;;) {
    const page = await selectEntriesAfter(pool, { after: last?.seq ?? 0, upTo, limit: pageEntries })
    const found = findBreak(page, last)
    entries += found ? page.filter(({ seq }) => seq <= found.seq).length : page.length
    if (found) return broken(found)
    last = page.at(-1) ?? last
    if (page.length < pageEntries) break
  }
  if ((last?.seq ?? 0) < upTo) return broken({ seq: (last?.seq ?? 0) + 1, why: 'missing' })
  if (head && head.hash !== last?.hash) return broken({ seq: upTo, why: 'changed' })
  const stray = await firstBehindHead(pool)
  if (stray !== null) return broken({ seq: stray, why: 'out of order' })
  return { entries, brokenAt: null, why: null, head }
}
