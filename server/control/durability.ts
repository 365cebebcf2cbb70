import type { Durability } from './model'

/** nats-server syncs its store this often unless it is told otherwise: 2.9 once a minute, later every two. */
const syncSeconds = (version: string) => (isOlderThan210(version) ? 60 : 120)

function isOlderThan210(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < 2 || (major === 2 && minor < 10)
}

interface Facts {
  natsVersion: string
  /** `always` when the server was started to sync every write (the embedded one, from 2.10); null: not known. */
  natsSync: 'always' | null
  postgresVersion: string
  synchronousCommit: string
  fsync: string
}

/** What a power cut can lose. A killed process loses nothing in any of these: the kernel has the writes. */
export function durabilityOf(facts: Facts): Durability {
  const isSynced = facts.natsSync === 'always'
  const seconds = syncSeconds(facts.natsVersion)
  const storeIsSafe =
    facts.fsync === 'on' && facts.synchronousCommit !== 'off' && facts.synchronousCommit !== 'local'
  return {
    log: {
      server: `nats-server ${facts.natsVersion}`,
      sync: isSynced ? 'every write' : `every ${seconds} s unless configured otherwise`,
      atRiskSeconds: isSynced ? 0 : seconds,
      says: isSynced
        ? 'A power cut loses no acknowledged event.'
        : `A power cut can lose events acknowledged in its last ${seconds} s. ${
            isOlderThan210(facts.natsVersion)
              ? 'Use nats-server 2.10 or newer with sync_interval: always.'
              : 'Set sync_interval: always on the server.'
          }`,
    },
    store: {
      server: `PostgreSQL ${facts.postgresVersion}`,
      sync: `fsync ${facts.fsync}, synchronous_commit ${facts.synchronousCommit}`,
      says: storeIsSafe
        ? 'A power cut loses no committed figure.'
        : 'A power cut can lose or damage committed figures: turn fsync and synchronous_commit on.',
    },
  }
}
