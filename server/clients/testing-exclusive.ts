import { openPool, runExclusively } from '.'
import { sleep } from '../platform'

/** A process of its own that writes a row a moment while it is the one at work, for a test that stops it. */
const pool = openPool(process.env.DATABASE_URL ?? '', { name: 'exclusive-test', max: 4 })
runExclusively({
  pool,
  name: 'test work',
  async work(client, signal) {
    while (!signal.aborted) {
      await client.query(`INSERT INTO setting VALUES ('child-' || gen_random_uuid(), '1')`)
      await sleep(20, signal)
    }
  },
})
process.send?.('running')
