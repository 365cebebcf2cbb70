import { openNats, openPool } from '../../clients'
import { openSchemaRegistry } from '../registry'
import { runArchiver } from './archiver'

/** A process of its own that archives until it is killed. */
const environment = (name: string): string => process.env[name] ?? ''

const pool = openPool(environment('ARCHIVER_DATABASE'))
const nats = await openNats({ url: environment('ARCHIVER_NATS'), name: 'archiver' })
await runArchiver({
  pool,
  nats,
  dir: environment('ARCHIVER_DIR'),
  partitions: 4,
  schemas: await openSchemaRegistry({ pool, nats }),
  owner: `child-${process.pid}`,
  flushMs: 20,
  compactEveryMs: 100,
})
process.send?.('running')
