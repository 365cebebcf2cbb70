import { openPool } from '../../clients'
import { systemClock } from '../../platform'
import { runNotifier } from './run-notifier'

/** A notifier in a process of its own, for the test that kills it. */
const pool = openPool(process.env.DATABASE_URL ?? '', { name: 'notifier-test', max: 4 })
runNotifier({ pool, clock: systemClock, allowInternal: true, pollMs: 50 })
process.send?.('ready')
