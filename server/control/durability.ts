import type { Nats } from '../clients'
import { durability } from '../log'
import type { Durability } from './model'
import type { StoreFacts } from './status-store'

/** What a power cut can lose. A killed process loses nothing with any of these: the kernel has the writes. */
export function durabilityOf(nats: Nats, facts: StoreFacts, copies: number): Durability {
  const log = durability(nats, facts.logSync, copies)
  const storeIsSafe = facts.fsync === 'on' && !['off', 'local'].includes(facts.synchronousCommit)
  return {
    log: {
      server: `nats-server ${log.serverVersion}`,
      sync: log.sync,
      atRiskSeconds: log.powerCutLossS,
      says: log.text,
    },
    store: {
      server: `PostgreSQL ${facts.postgresVersion}`,
      sync: `fsync ${facts.fsync}, synchronous_commit ${facts.synchronousCommit}`,
      atRiskSeconds: storeIsSafe ? 0 : null,
      says: storeIsSafe
        ? 'A power cut loses no committed figure.'
        : 'A power cut can lose or damage committed figures: turn fsync and synchronous_commit on.',
    },
  }
}
