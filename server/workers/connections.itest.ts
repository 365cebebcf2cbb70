import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServices, type TestServices } from '../clients/testing'
import { leaseTimes, readEnv } from '../platform'
import { connect } from './connections'

let services: TestServices

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

test.each(['speed', 'archive', 'batch', 'slo'])(
  '%s, standing still inside a transaction, keeps its rows no longer than its leases',
  async (role) => {
    const { databaseUrl: DATABASE_URL, natsUrl: NATS_URL } = services
    const { pool, close } = await connect(readEnv({ DATABASE_URL, NATS_URL }), role, 1)
    const { rows } = await pool.query<{ ms: number }>(
      `SELECT setting::int AS ms FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'`,
    )
    await close()
    expect(rows).toEqual([{ ms: leaseTimes.leaseMs }])
  },
)
