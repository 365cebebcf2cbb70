import { inTransaction, type Pool, type PoolClient } from '../clients'
import type { Clock } from '../platform'
import { findBreak, nextEntry, type AuditEntry } from './audit-chain'
import { appendEntry, lockHead, readHead, selectEntries, selectEntriesAfter } from './audit-store'
import type { AuditRecord } from './model'

export type { AuditEntry } from './audit-chain'

/** Appends to the audit trail in the caller's transaction: a change whose entry cannot be written does not happen. */
export async function audit(client: PoolClient, clock: Clock, entry: AuditEntry): Promise<void> {
  const head = await lockHead(client)
  await appendEntry(client, nextEntry(head, entry, clock.now()))
}

/** Runs a change and its audit entry in one transaction. */
export function withAudit<T>(
  { pool, clock }: { pool: Pool; clock: Clock },
  change: (client: PoolClient) => Promise<T>,
  entryOf: (result: T) => AuditEntry,
): Promise<T> {
  return inTransaction(pool, async (client) => {
    const result = await change(client)
    await audit(client, clock, entryOf(result))
    return result
  })
}

/** Newest first. */
export async function listAudit(
  { pool }: { pool: Pool },
  page: { before: number | null; limit: number },
): Promise<AuditRecord[]> {
  const entries = await selectEntries(pool, page)
  return entries.map(({ seq, at, actor, action, object, detail, hash }) => ({
    seq,
    at,
    actor,
    action,
    object,
    detail,
    hash,
  }))
}

const verifyPage = 1_000

/** Reads the whole trail against its hashes and its head. `brokenAt`: the first seq that is not as it was written. */
export async function verifyAudit({
  pool,
}: {
  pool: Pool
}): Promise<{ entries: number; brokenAt: number | null }> {
  // One snapshot: entries appended meanwhile must not look like a head without entries.
  return inTransaction(
    pool,
    async (client) => {
      const head = await readHead(client)
      let last: { seq: number; hash: string } | null = null
      let entries = 0
      for (;;) {
        const page = await selectEntriesAfter(client, last?.seq ?? 0, verifyPage)
        const brokenAt = findBreak(page, last)
        if (brokenAt !== null) return { entries: entries + page.length, brokenAt }
        entries += page.length
        last = page.at(-1) ?? last
        if (page.length < verifyPage) break
      }
      const matchesHead = (head?.seq ?? 0) === (last?.seq ?? 0) && head?.hash === last?.hash
      return { entries, brokenAt: matchesHead ? null : (last?.seq ?? 0) + 1 }
    },
    'REPEATABLE READ',
  )
}
