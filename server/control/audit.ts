import { inTransaction, type Pool, type PoolClient } from '../clients'
import type { Clock } from '../platform'
import type { AuditEntry } from './audit-chain'
import { appendEntry } from './audit-store'

export type { AuditEntry } from './audit-chain'

/** Appends to the audit trail in the caller's transaction: a change whose entry cannot be written does not happen. */
export async function audit(client: PoolClient, clock: Clock, entry: AuditEntry): Promise<void> {
  await appendEntry(client, { ...entry, at: clock.now() })
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
