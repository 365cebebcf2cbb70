import { openDuckDbEngine } from '../batch'
import { openNats, openPool } from '../clients'
import { systemClock } from '../platform'
import { runBatchWorker } from './batch-worker'

/** A batch worker in a process of its own that tells of its first piece of work, and then stands still to be killed. */
const environment = (name: string): string => process.env[name] ?? ''

const pool = openPool(environment('DATABASE_URL'))
const nats = await openNats({ url: environment('NATS_URL'), name: 'redriver' })
await runBatchWorker({
  pool,
  nats,
  clock: systemClock,
  engine: await openDuckDbEngine({ tempDir: environment('WORK_DIR'), threads: 1 }),
  archive: { reachedSeq: () => Promise.resolve(0), scan: () => Promise.resolve(null) },
  governor: {
    admit: () => Promise.resolve({ jobs: null, held: [] }),
    pace: () => {
      process.send?.('worked')
      return new Promise(() => undefined)
    },
  },
})
