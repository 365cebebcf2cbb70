import { openNats, openPool } from '../clients'
import { runSpeedWorker } from './worker'

/** A speed worker in a process of its own, for tests that kill it: DATABASE_URL and NATS_URL name its services. */
const pool = openPool(process.env.DATABASE_URL ?? '', { name: 'speed-test', max: 6 })
const nats = await openNats({ url: process.env.NATS_URL ?? '', name: 'speed-test' })
const stop = await runSpeedWorker({ pool, nats, schemas: null })
process.once('SIGTERM', () => {
  void stop().then(() => process.exit(0))
})
process.send?.('ready')
