import { openNats, openPool } from '../clients'
import { runAuditRelay } from './audit-relay'

/** An audit relay in a process of its own, for the test that kills it. */
const pool = openPool(process.env.DATABASE_URL ?? '', { name: 'relay-test', max: 2 })
const nats = await openNats({ url: process.env.NATS_URL ?? '', name: 'relay-test' })
runAuditRelay({ pool, nats })
process.send?.('ready')
